using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>One frame of ZMTP 3.0 (rfc.zeromq.org/spec/23): flags, size, body.</summary>
/// <param name="IsCommand">A command of the protocol, not a part of a message.</param>
/// <param name="HasMore">More parts of the same message follow.</param>
internal readonly record struct ZmtpFrame(bool IsCommand, bool HasMore, byte[] Body)
{
    private const byte More = 1, Long = 2, Command = 4;

    /// <summary>A block hash is 32 bytes, a READY command some hundred; a topic with raw blocks is not subscribed to.</summary>
    private const int BodyBytesMax = 4_096;

    /// <summary>Throws ZmtpException for what is no frame, EndOfStreamException when the other end closed.</summary>
    public static async ValueTask<ZmtpFrame> ReadAsync(Stream stream, CancellationToken stop)
    {
        byte[] head = new byte[9];
        await stream.ReadExactlyAsync(head.AsMemory(0, 1), stop);
        byte flags = head[0];
        if ((flags & ~(More | Long | Command)) != 0 || (flags & (More | Command)) == (More | Command))
        {
            throw new ZmtpException($"a frame begins with the flags 0x{flags:x2}, which ZMTP 3.0 does not have");
        }
        int sizeLength = (flags & Long) != 0 ? 8 : 1;
        await stream.ReadExactlyAsync(head.AsMemory(1, sizeLength), stop);
        ulong size = sizeLength == 1 ? head[1] : BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(1));
        if (size > BodyBytesMax)
        {
            throw new ZmtpException($"a frame of {size} bytes is longer than {BodyBytesMax}; is this the address of zmqpubhashblock?");
        }
        byte[] body = new byte[size];
        await stream.ReadExactlyAsync(body, stop);
        return new ZmtpFrame((flags & Command) != 0, (flags & More) != 0, body);
    }

    /// <summary>The frame as bytes; body up to 255 bytes.</summary>
    public static byte[] Short(bool isCommand, ReadOnlySpan<byte> body) =>
        [isCommand ? Command : (byte)0, checked((byte)body.Length), .. body];
}
