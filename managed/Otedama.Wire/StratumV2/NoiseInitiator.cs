using System.Security.Cryptography;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// The client's side of one handshake: send Act1, give the 234 bytes that come back to Finish. One caller.
/// </summary>
public sealed class NoiseInitiator : IDisposable
{
    private readonly NoiseState _state = new();
    private readonly NoiseKeyPair _ephemeral;

    public NoiseInitiator()
        : this(new NoiseKeyPair())
    {
    }

    /// <param name="ephemeral">Used for this handshake alone, and disposed with it.</param>
    public NoiseInitiator(NoiseKeyPair ephemeral)
    {
        _ephemeral = ephemeral;
        _state.MixHash(ephemeral.Encoding);
        _state.MixHash([]);
    }

    /// <summary>64 bytes.</summary>
    public ReadOnlySpan<byte> Act1 => _ephemeral.Encoding;

    /// <summary>The hash of all that was said; equal on both sides after a good handshake.</summary>
    public ReadOnlySpan<byte> Hash => _state.Hash;

    /// <summary>Judges the server's answer; keys are null unless the fault is None.</summary>
    /// <param name="authorityX">The key the server's certificate has to be signed with, 32 bytes.</param>
    /// <param name="nowSeconds">Unix time.</param>
    public NoiseFault Finish(
        ReadOnlySpan<byte> act2, ReadOnlySpan<byte> authorityX, long nowSeconds, out NoiseKeys? keys)
    {
        keys = null;
        if (act2.Length != NoiseActs.Act2Bytes)
        {
            return NoiseFault.Length;
        }
        Span<byte> shared = stackalloc byte[EllSwift.SecretBytes];
        Span<byte> theirStatic = stackalloc byte[EllSwift.EncodingBytes];
        Span<byte> certificate = stackalloc byte[NoiseCertificate.Bytes];
        ReadOnlySpan<byte> theirs = act2[..EllSwift.EncodingBytes];
        ReadOnlySpan<byte> rest = act2[EllSwift.EncodingBytes..];
        _state.MixHash(theirs);
        _ephemeral.Exchange(theirs, isInitiator: true, shared);
        _state.MixKey(shared);
        bool good = _state.TryOpen(rest[..NoiseActs.SealedStaticBytes], theirStatic);
        if (good)
        {
            _ephemeral.Exchange(theirStatic, isInitiator: true, shared);
            _state.MixKey(shared);
            good = _state.TryOpen(rest[NoiseActs.SealedStaticBytes..], certificate);
        }
        CryptographicOperations.ZeroMemory(shared);
        if (!good)
        {
            return NoiseFault.Seal;
        }
        NoiseFault fault = new NoiseCertificate(certificate).Check(authorityX, theirStatic, nowSeconds);
        keys = fault == NoiseFault.None ? _state.Split() : null;
        return fault;
    }

    public void Dispose()
    {
        _state.Dispose();
        _ephemeral.Dispose();
    }
}
