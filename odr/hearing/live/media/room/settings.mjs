// What the media room is told when it starts, by variables; serve.py gives it these and none of the court's other secrets.
export class WrongSetting extends Error {}

const value = (environ, name, otherwise) => environ[name] || otherwise;

function hostAndPort(text, name) {
  const [, host, port] = /^(.+):(\d+)$/.exec(text ?? "") ?? [];
  if (!host || Number(port) > 65535) throw new WrongSetting(`${name}=${text} is no host:port`);
  return { host, port: Number(port) };
}

/** Read every setting; throws WrongSetting naming the one to mend. */
export function settings(environ) {
  const secret = value(environ, "ODR_MEDIA_SECRET", "");
  if (secret.length < 16) throw new WrongSetting("ODR_MEDIA_SECRET is missing or shorter than 16 characters");
  const control = value(environ, "ODR_MEDIA_CONTROL", "");
  if (!/^(unix:.|http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+)/.test(control)) {
    throw new WrongSetting("ODR_MEDIA_CONTROL must be unix:path or an http address of this machine's loopback");
  }
  const folder = value(environ, "ODR_RECORDINGS_DIR", "");
  if (!folder) throw new WrongSetting("ODR_RECORDINGS_DIR is missing: where recordings are written");
  const origin = value(environ, "ODR_BASE_URL", "");
  if (!/^https?:\/\//.test(origin)) throw new WrongSetting("ODR_BASE_URL is missing: the only page that may open the room");
  const ports = value(environ, "ODR_MEDIA_PORTS", "");
  const range = ports ? ports.split("-").map(Number) : undefined;
  if (range && !(range.length === 2 && range[0] > 1023 && range[1] > range[0] && range[1] < 65536)) {
    throw new WrongSetting(`ODR_MEDIA_PORTS=${ports} is no range such as 40000-40199`);
  }
  const patience = Number(value(environ, "ODR_RECORDER_PATIENCE", "4"));
  if (!(patience >= 2 && patience <= 60)) throw new WrongSetting("ODR_RECORDER_PATIENCE is no number of seconds from 2 to 60");
  const courtPatience = Number(value(environ, "ODR_COURT_PATIENCE", "20"));
  if (!(courtPatience >= 2 && courtPatience <= 3_600)) throw new WrongSetting("ODR_COURT_PATIENCE is no number of seconds from 2 to 3600");
  return {
    secret,
    patience: patience * 1_000,
    courtPatience,
    name: value(environ, "ODR_MEDIA_NAME", "main"),
    control,
    folder,
    origin: new URL(origin).origin,
    listen: hostAndPort(value(environ, "ODR_MEDIA_LISTEN", "127.0.0.1:5002"), "ODR_MEDIA_LISTEN"),
    addresses: value(environ, "ODR_MEDIA_ADDRESSES", "").split(",").map((each) => each.trim()).filter(Boolean),
    ports: range,
    mediasoup: value(environ, "ODR_MEDIASOUP_DIR", ""),
    turn: value(environ, "ODR_TURN_URLS", "").split(",").map((each) => each.trim()).filter(Boolean),
    turnSecret: value(environ, "ODR_TURN_SECRET", ""),
  };
}
