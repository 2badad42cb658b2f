// What the media room uses of others' work; nothing of the court's own is bundled.
export {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtcpSrPacket,
  RtpHeader,
  RtpPacket,
  useNACK,
  usePLI,
  useSdesMid,
  useTWCC,
  useTransportWideCC,
} from "werift";
export { WebSocketServer } from "ws";
