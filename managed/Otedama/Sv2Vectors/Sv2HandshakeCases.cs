using System.Text.Json;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Section handshakes: the responder answers from the given keys, the initiator judges the answer, every intermediate
/// is recomputed step by step, and the transport's frames are sealed and opened in their order.
/// </summary>
internal static class Sv2HandshakeCases
{
    public static string? Check(Sv2Case one)
    {
        Sv2Case inputs = one.Inner("inputs");
        Dictionary<string, byte[]> got = [];
        byte[] certificate = Certificate(inputs);
        using NoiseKeyPair staticPair = Pair(inputs, "responder_static");
        using NoiseIdentity identity = new(staticPair, certificate);
        using NoiseKeyPair ephemeral = Pair(inputs, "responder_ephemeral");
        using NoiseInitiator initiator = new(Pair(inputs, "initiator_ephemeral"));
        byte[] act2 = new byte[NoiseActs.Act2Bytes];
        byte[] act1 = initiator.Act1.ToArray();
        using NoiseKeys server = NoiseResponder.Answer(act1, ephemeral, identity, act2);
        byte[] authority = inputs.Bytes("authority_public_x", EllSwift.PointBytes);
        long now = (long)inputs.Number("valid_from", uint.MaxValue);
        NoiseFault fault = initiator.Finish(act2, authority, now, out NoiseKeys? client);
        using NoiseKeys? kept = client;
        if (fault != NoiseFault.None || client is null)
        {
            return $"the initiator: expected no fault, got {fault}";
        }
        (got["act1"], got["act2"]) = (act1, act2);
        (got["key_i2r"], got["key_r2i"]) = (server.ToResponder, server.ToInitiator);
        got["h5_final"] = initiator.Hash.ToArray();
        Walk(inputs, act1, act2, got);
        return Keys(inputs, authority)
            ?? Sv2Text.Differs("the initiator's key to send", server.ToResponder, client.ToResponder)
            ?? Sv2Text.Differs("the initiator's key to receive", server.ToInitiator, client.ToInitiator)
            ?? Steps(one.Inner("steps"), got)
            ?? Transport(one, server);
    }

    /// <summary>The pair PREFIX_secret and PREFIX_ellswift; the encoding has to be one of the secret.</summary>
    public static NoiseKeyPair Pair(Sv2Case inputs, string prefix)
    {
        byte[] secret = inputs.Bytes($"{prefix}_secret", EllSwift.SecretBytes);
        byte[] encoding = inputs.Bytes($"{prefix}_ellswift", EllSwift.EncodingBytes);
        byte[] fromSecret = new byte[EllSwift.PointBytes];
        byte[] fromEncoding = new byte[EllSwift.PointBytes];
        EllSwift.Decode(encoding, fromEncoding);
        return EllSwift.TryPublicKey(secret, fromSecret) && fromSecret.AsSpan().SequenceEqual(fromEncoding)
            ? new NoiseKeyPair(secret, encoding)
            : throw new FormatException($"\"{prefix}_ellswift\" is no encoding of \"{prefix}_secret\"");
    }

    private static byte[] Certificate(Sv2Case inputs)
    {
        if (inputs.Number("certificate_version", ushort.MaxValue) != 0)
        {
            throw new FormatException("\"certificate_version\" is not 0, the only one there is");
        }
        byte[] certificate = new byte[NoiseCertificate.Bytes];
        NoiseCertificate.Sign(certificate, inputs.Bytes("authority_secret", EllSwift.SecretBytes),
            inputs.Bytes("responder_static_ellswift", EllSwift.EncodingBytes), (uint)inputs.Number("valid_from", uint.MaxValue),
            (uint)inputs.Number("not_valid_after", uint.MaxValue), inputs.Bytes("schnorr_aux", 32));
        return certificate;
    }

    private static string? Keys(Sv2Case inputs, byte[] authority)
    {
        byte[] x = new byte[EllSwift.PointBytes];
        _ = EllSwift.TryPublicKey(inputs.Bytes("authority_secret", EllSwift.SecretBytes), x);
        return Sv2Text.Differs("authority_public_x", authority, x) ?? (!inputs.Has("authority_base58") ? null
            : Sv2Text.Differs("authority_base58", inputs.Text("authority_base58"), Sv2AuthorityKey.Format(authority)));
    }

    /// <summary>The responder's way once more, in single steps, for what the roles do not show.</summary>
    private static void Walk(Sv2Case inputs, byte[] act1, byte[] act2, Dictionary<string, byte[]> got)
    {
        byte[] theirs = act2[..EllSwift.EncodingBytes];
        byte[] encoding = inputs.Bytes("responder_static_ellswift");
        using NoiseState state = new();
        got["h0_protocol_name"] = state.ChainingKey.ToArray();
        got["h1_after_prologue"] = state.Hash.ToArray();
        state.MixHash(act1);
        state.MixHash([]);
        got["h2_after_act1"] = state.Hash.ToArray();
        state.MixHash(theirs);
        got["h3_after_re"] = state.Hash.ToArray();
        Exchange("ee", inputs.Bytes("responder_ephemeral_secret"), act1, theirs, state, got);
        byte[] sealedStatic = act2[EllSwift.EncodingBytes..(2 * EllSwift.EncodingBytes + NoiseCipher.TagBytes)];
        got["enc_static"] = sealedStatic;
        _ = state.TryOpen(sealedStatic, new byte[EllSwift.EncodingBytes]);
        got["h4_after_s"] = state.Hash.ToArray();
        Exchange("es", inputs.Bytes("responder_static_secret"), act1, encoding, state, got);
        byte[] sealedCertificate = act2[^(NoiseCertificate.Bytes + NoiseCipher.TagBytes)..];
        byte[] certificate = new byte[NoiseCertificate.Bytes];
        got["enc_signature"] = sealedCertificate;
        _ = state.TryOpen(sealedCertificate, certificate);
        got["signature_noise_message"] = certificate;
        got["static_x"] = new byte[EllSwift.PointBytes];
        got["cert_digest"] = new byte[Schnorr.MessageBytes];
        EllSwift.Decode(encoding, got["static_x"]);
        NoiseCertificate.Digest(certificate, encoding, got["cert_digest"]);
    }

    private static void Exchange(
        string name, byte[] secret, byte[] initiator, byte[] responder, NoiseState state, Dictionary<string, byte[]> got)
    {
        byte[] shared = got[name] = new byte[EllSwift.SecretBytes];
        byte[] x = got[$"{name}_x"] = new byte[EllSwift.PointBytes];
        EllSwift.SharedSecret(secret, initiator, responder, isInitiator: false, shared, x);
        state.MixKey(shared);
        got[$"ck_after_{name}"] = state.ChainingKey.ToArray();
        got[$"k_after_{name}"] = state.Key.ToArray();
    }

    private static string? Steps(Sv2Case steps, Dictionary<string, byte[]> got)
    {
        int judged = 0;
        foreach (JsonProperty step in steps.Element.EnumerateObject())
        {
            if (!got.TryGetValue(step.Name, out byte[]? value))
            {
                return $"there is no step {Sv2Text.Shown(step.Name)}";
            }
            if (Sv2Text.Differs(step.Name, Sv2Text.Bytes(step.Name, step.Value), value) is { } wrong)
            {
                return wrong;
            }
            judged++;
        }
        return judged == 0 ? "steps: expected intermediate values, got none" : null;
    }

    private static string? Transport(Sv2Case one, NoiseKeys keys)
    {
        using NoiseCipher toResponder = new(keys.ToResponder);
        using NoiseCipher toInitiator = new(keys.ToInitiator);
        int index = 0;
        foreach (JsonElement element in one.Items("transport"))
        {
            Sv2Case sent = new(element);
            bool isToResponder = sent.Text("direction") switch
            {
                "i2r" => true,
                "r2i" => false,
                string other => throw new FormatException($"\"direction\": {Sv2Text.Shown(other)} is neither i2r nor r2i"),
            };
            NoiseCipher cipher = isToResponder ? toResponder : toInitiator;
            byte[] frame = sent.Bytes("frame");
            ulong first = cipher.Next;
            if (frame.Length < Sv2Header.Size || Sv2Header.Read(frame).Length != frame.Length - Sv2Header.Size)
            {
                throw new FormatException("\"frame\" is not as long as its header says");
            }
            if (Sv2Text.Differs($"message of transport {index}", sent.Text("message"),
                Sv2Header.Read(frame).Type is { } type ? Sv2FrameCases.NameOf(type) : "no message") is { } misnamed)
            {
                return misnamed;
            }
            byte[] sealedBytes = new byte[NoiseFrames.WireBytes(frame.Length - Sv2Header.Size)];
            NoiseFrames.Seal(cipher, frame, sealedBytes);
            string? wrong = Sv2Text.Differs("first_nonce", (long)sent.Number("first_nonce", long.MaxValue), (long)first)
                ?? Sv2Text.Differs("ciphertext", sent.Bytes("ciphertext"), sealedBytes)
                ?? Sv2SealCases.Reopened(isToResponder ? keys.ToResponder : keys.ToInitiator, first, sealedBytes, frame);
            if (wrong is not null)
            {
                return $"transport {index}: {wrong}";
            }
            index++;
        }
        return null;
    }
}
