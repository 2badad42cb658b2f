/* libsrtp 3, as mediasoup calls it, by the libsrtp 2 of the system: it protects in place, so what goes out is copied first. */
#pragma once
#include <srtp2/srtp.h>
#include <string.h>

#define srtp_err_status_buffer_small ((srtp_err_status_t)28)
#define srtp_err_status_cryptex_err ((srtp_err_status_t)29)

static inline srtp_err_status_t srtp3_within(
  srtp_err_status_t (*done)(srtp_t, void*, int*), srtp_t session, size_t trailer, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	if (in_len + trailer > *out_len)
	{
		return srtp_err_status_buffer_small;
	}
	if (in != out)
	{
		memcpy(out, in, in_len);
	}
	int len                        = (int)in_len;
	const srtp_err_status_t status = done(session, out, &len);
	*out_len                       = (size_t)len;
	return status;
}

static inline srtp_err_status_t srtp3_protect(srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t)
{
	return srtp3_within(srtp_protect, session, SRTP_MAX_TRAILER_LEN, in, in_len, out, out_len);
}

static inline srtp_err_status_t srtp3_unprotect(srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return srtp3_within(srtp_unprotect, session, 0, in, in_len, out, out_len);
}

static inline srtp_err_status_t srtp3_protect_rtcp(srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t)
{
	return srtp3_within(srtp_protect_rtcp, session, SRTP_MAX_SRTCP_TRAILER_LEN, in, in_len, out, out_len);
}

static inline srtp_err_status_t srtp3_unprotect_rtcp(srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return srtp3_within(srtp_unprotect_rtcp, session, 0, in, in_len, out, out_len);
}

#define srtp_protect srtp3_protect
#define srtp_unprotect srtp3_unprotect
#define srtp_protect_rtcp srtp3_protect_rtcp
#define srtp_unprotect_rtcp srtp3_unprotect_rtcp
#define srtp_stream_remove srtp_remove_stream
