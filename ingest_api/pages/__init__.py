'''Pages: Jinja2 templates and server-drawn charts, in French and English. How to write one:

    router = APIRouter(tags=["pages"])                      # ingest_api/pages/routes/trees.py, found by being there

    @router.get("/people/{person}/trees", response_class=HTMLResponse)
    def trees(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
        """What the page is for."""
        with opened(hub, visitor.actor, person, [Kind.WEIGHT]) as record:   # rights and access log, as in the API
            head, found = head_of(record, visitor), …
        return page(request, visitor, "trees.html", head=head, trees=view(found, visitor))

    @router.post("/people/{person}/trees", response_class=RedirectResponse)
    def plant(person: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> RedirectResponse:
        …                                                   # what the JSON route calls, too
        return done(f"/people/{person}/trees", "planted")   # 303; the page then says `planted` of its [done] words

- `TheVisitor` (visitor.py) is who is signed in, their language and units; `visiting(Policy(…))` for some roles only.
  Whoever is not signed in is sent to /sign-in and comes back. Errors raised become pages in human words by themselves.
- `view` is pure: readings in, strings and Markup out, all formatted by `visitor.words("trees")` (its sentences, with
  `.say(key, name=…)` and `.count(key, n)`) and by `visitor.numbers` (decimal marks, dates: charts.words.Words).
- `templates/trees.html` extends person-frame.html (needs `head`; base.html where it is about nobody), fills `main` and
  only prints. It sees `w` (words of trees.toml, whose `title` is the page's), `common` (common.toml), `visitor`, and
  the model. Every form holds `{{ parts.csrf(visitor) }}`. `data-live="key"` marks what a stream event may replace.
- `words/en/trees.toml` and `words/fr/trees.toml` have the same keys (tests hold it); `[done]` holds what forms say.
- `static/trees.css` if it needs style of its own: `{% block styles %}`, `static("trees.css")`. Classes only: the
  content policy refuses style attributes and inline scripts.
- A row for each route in tests/access/test_matrix.py.
'''
