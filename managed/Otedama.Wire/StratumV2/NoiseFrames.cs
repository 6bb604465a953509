namespace Otedama.Wire;

/// <summary>
/// A frame under Noise: its six header bytes sealed, then the payload in pieces of at most 65,519 bytes, each sealed,
/// one nonce each. An empty payload is no piece at all.
/// </summary>
public static class NoiseFrames
{
    public const int PieceMax = 65_519, HeaderBytes = Sv2Header.Size + NoiseCipher.TagBytes;

    /// <summary>Bytes on the wire of a frame with so many bytes of payload.</summary>
    public static int WireBytes(int payload) => HeaderBytes + BodyBytes(payload);

    /// <summary>Those after the sealed header.</summary>
    public static int BodyBytes(int payload) => payload + (Pieces(payload) * NoiseCipher.TagBytes);

    /// <summary>Seals a whole frame, header and payload; returns the bytes written.</summary>
    public static int Seal(NoiseCipher cipher, ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        ReadOnlySpan<byte> payload = frame[Sv2Header.Size..];
        int bytes = WireBytes(payload.Length);
        if (destination.Length < bytes)
        {
            throw new ArgumentException($"a frame of {bytes} bytes does not fit into {destination.Length}");
        }
        cipher.Seal(frame[..Sv2Header.Size], destination[..HeaderBytes]);
        destination = destination[HeaderBytes..];
        while (!payload.IsEmpty)
        {
            int piece = Math.Min(payload.Length, PieceMax);
            cipher.Seal(payload[..piece], destination[..(piece + NoiseCipher.TagBytes)]);
            payload = payload[piece..];
            destination = destination[(piece + NoiseCipher.TagBytes)..];
        }
        return bytes;
    }

    /// <summary>Opens a payload where it lies; false when a tag is wrong.</summary>
    /// <param name="body">BodyBytes(payload) of them; the payload is in front afterwards.</param>
    public static bool TryOpenBody(NoiseCipher cipher, Span<byte> body, int payload)
    {
        int from = 0;
        for (int done = 0; done < payload;)
        {
            int piece = Math.Min(payload - done, PieceMax);
            Span<byte> @sealed = body.Slice(from, piece + NoiseCipher.TagBytes);
            if (!cipher.TryOpen(@sealed, @sealed))
            {
                return false;
            }
            @sealed[..piece].CopyTo(body[done..]);
            done += piece;
            from += piece + NoiseCipher.TagBytes;
        }
        return true;
    }

    private static int Pieces(int payload) => (payload + PieceMax - 1) / PieceMax;
}
