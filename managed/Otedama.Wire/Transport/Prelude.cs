using System.Net;

namespace Otedama.Wire;

/// <summary>What the first bytes of a connection say.</summary>
public enum PreludeStep : byte
{
    NeedMore,

    /// <summary>
    /// The proxy's header has ended: who is at the other end is known, and the next bytes are asked anew.
    /// </summary>
    HeaderEnded,

    /// <summary>Lines from here on.</summary>
    Plain,

    /// <summary>TLS records from here on.</summary>
    Tls,

    BadHeader,

    /// <summary>Lines where only TLS is spoken.</summary>
    NotTls,
}

/// <summary>
/// What comes before a connection's first line: the PROXY header of a believed proxy, and the first byte, which tells
/// TLS from lines. Bytes in, decisions out, whatever engine moves them. One caller.
/// </summary>
public struct Prelude(bool isProxied, bool tlsOnly)
{
    private const byte TlsHandshakeRecord = 0x16;

    private byte[]? _held; // the beginning of a header, at most ProxyHeader.BytesMax

    /// <summary>Nothing is known of the other end before the header has come.</summary>
    public bool AwaitsHeader { get; private set; } = isProxied;

    /// <summary>The address the header named; null when it named none.</summary>
    public IPEndPoint? Source { get; private set; }

    /// <summary>Looks at the next bytes; afterwards they are those that do not belong to the header.</summary>
    public PreludeStep Take(ref ReadOnlySpan<byte> bytes)
    {
        if (AwaitsHeader)
        {
            return TakeHeader(ref bytes);
        }
        return bytes.IsEmpty ? PreludeStep.NeedMore
            : bytes[0] == TlsHandshakeRecord ? PreludeStep.Tls
            : tlsOnly ? PreludeStep.NotTls
            : PreludeStep.Plain;
    }

    private PreludeStep TakeHeader(ref ReadOnlySpan<byte> bytes)
    {
        if (_held is not null)
        {
            bytes = (byte[])[.. _held, .. bytes];
            _held = null;
        }
        switch (ProxyHeader.TryParse(bytes, out IPEndPoint? source, out int consumed))
        {
            case ProxyHeaderStatus.NeedMore:
                _held = bytes.ToArray();
                bytes = default;
                return PreludeStep.NeedMore;
            case ProxyHeaderStatus.Bad:
                return PreludeStep.BadHeader;
            default:
                Source = source;
                AwaitsHeader = false;
                bytes = bytes[consumed..];
                return PreludeStep.HeaderEnded;
        }
    }
}
