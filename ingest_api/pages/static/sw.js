// Shows what the hub pushes, in the hub's words, and leads to it when tapped. It keeps nothing and answers no request.

function told(data) {
  try {
    const said = data?.json();
    return said && typeof said === "object" ? said : {};
  } catch {
    return {};
  }
}

// of this hub only, whatever was pushed
function place(url) {
  try {
    const there = new URL(url, self.location.origin);
    return there.origin === self.location.origin ? there.href : `${self.location.origin}/`;
  } catch {
    return `${self.location.origin}/`;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = told(event.data);
  // the same tag again is the same message again: it takes the other's place without a sound
  event.waitUntil(self.registration.showNotification(String(title ?? "Vigie"), {
    body: String(body ?? ""), tag: String(tag ?? ""), data: { url: place(url ?? "/") },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(place(event.notification.data?.url ?? "/")));
});
