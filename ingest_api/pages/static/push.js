// Lets whoever is signed in be told in this browser, and no more: the hub pushes to what the browser subscribed to here.

const section = document.querySelector("[data-push]");

// the one address a script is ever loaded from here, beside the page's own
const worker = globalThis.trustedTypes
  ? trustedTypes.createPolicy("vigie-worker", { createScriptURL: () => "/sw.js" }).createScriptURL("")
  : "/sw.js";

function say(key) {
  section.querySelector("[data-push-state]").textContent = section.dataset[key];
}

async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function entryOf(subscription) {
  return subscription && document.querySelector(`[data-endpoint="${await digest(subscription.endpoint)}"]`);
}

async function begin(registration, form) {
  if (await Notification.requestPermission() !== "granted") return say("denied");
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: section.dataset.push,
  });
  form.elements.subscription.value = JSON.stringify(subscription);
  form.submit();
}

async function settle() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return say("unsupported");
  const registration = await navigator.serviceWorker.register(worker);
  const subscription = await registration.pushManager.getSubscription();
  const entry = await entryOf(subscription);
  const form = section.querySelector("form");
  form.hidden = Boolean(entry);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(registration, form).catch(() => say("failed"));
  });
  if (entry) {
    entry.querySelector("[data-this]").hidden = false;
    entry.querySelector("[data-remove]").addEventListener("submit", async (event) => {
      event.preventDefault();
      await subscription.unsubscribe().catch(() => false);
      event.target.submit();
    });
  }
  say(entry ? "on" : Notification.permission === "denied" ? "denied" : "off");
}

if (section) settle().catch(() => say("failed"));
