// Keeps one page, which is the same for everybody, and shows it while there is no network. No page of a case, no file and
// no answer to anybody is ever kept: everything else goes to the court as if this script were not there.
"use strict";

const KEPT = {{ kept | tojson }};
const PAGE = KEPT[0];
const NAME = "court-offline-{{ version }}";

self.addEventListener("install", (event) => {
  // Without cookies: what is kept is what a stranger is shown.
  const asked = KEPT.map((address) => new Request(address, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(asked)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const here = new URL(request.url);
  if (here.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  else if (request.method === "GET" && KEPT.includes(here.pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(here.pathname)));
  }
});
