// The browser's end of the court's media room: signalling, devices and media. It has no page of its own and touches none.
//
//   import { enter, testDevices } from "./room.js";
//
//   enter({ url, ticket, microphone, camera, on }) -> Room        (at once; everything else comes by `on`)
//     url         wss://… of the room (the page carries it)
//     ticket      async () => string: asks the court for a new ticket; called for every way in, also after a loss.
//                 Throwing an Error ends the attempt ("refused" with why "no_ticket")
//     microphone  { deviceId?: string, on: boolean }, camera likewise; or null for none
//     on(event)   called with each of these, `event.type` first:
//       { type: "connecting" } | { type: "in", person, room, admitted } | { type: "refused", why } (ended; why is one of
//         expired, used, foreign, second_device, removed, not_open, no_ticket, replaced, no_room)
//       { type: "lost", since } | { type: "back", seconds }       own connection; it comes back by itself
//       { type: "door" } waits to be admitted | { type: "admitted" }
//       { type: "people", people: [{ person, role, room, present, admitted, muted, locked, isolated, microphone, camera,
//         audio, video, hand_at, held_back, shows }] }            whole list each time; null for whom it is not shown
//       { type: "track", person, kind: "audio"|"video", track: MediaStreamTrack | null }   give it to an element
//       { type: "own", kind, track: MediaStreamTrack | null }     own picture, for <video muted>
//       { type: "microphone", on, muted, locked } | { type: "camera", on, muted, locked }  as the room has confirmed it
//       { type: "floor", person } | { type: "hands", persons: [..] in line } | { type: "page", number, exhibit, page, since }
//       { type: "state", recording: since|null, segment, media_ms, at, paused, until, sealed, out, deliberating }
//       { type: "isolated" } | { type: "released" } | { type: "removed", why } | { type: "closed" }
//       { type: "tell", kind, data }                              what the court tells everybody (captions, record)
//       { type: "recorder_failed" }
//       { type: "device", kind, why }                             microphone or camera cannot be used (a DOMException's name)
//
//   Room
//     setMicrophone(on: boolean), setCamera(on: boolean)          asks; `microphone`/`camera` events say what came of it
//     useDevice(kind, deviceId)                                   other microphone or camera
//     raiseHand(), lowerHand()
//     pageShown(number)                                           the page of that order is on the screen now
//     leave()                                                     goes out; no event afterwards
//
//   testDevices() -> Promise<{ audio: boolean, video: boolean, why?: string, microphones, cameras, speakers }>
