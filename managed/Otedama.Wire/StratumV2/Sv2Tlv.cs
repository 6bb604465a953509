using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>
/// Fields of extensions behind a message: u16 extension, u8 field, u16 length, value. The reference implementation
/// writes them little-endian, the text of the specification shows them big-endian; the first two bytes tell which it
/// is. We write little-endian.
/// </summary>
public static class Sv2Tlv
{
    public const ushort WorkerExtension = 2;

    public const byte WorkerField = 1;

    public const int WorkerBytesMax = 32, HeaderBytes = 5;

    /// <summary>
    /// The worker of a share, where extension 2 was negotiated: empty when none is there. False when the field is
    /// longer than it may be or than what is left.
    /// </summary>
    public static bool TryReadWorker(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> worker)
    {
        worker = default;
        while (rest.Length >= HeaderBytes)
        {
            bool isLittle = BinaryPrimitives.ReadUInt16LittleEndian(rest) == WorkerExtension;
            if (!isLittle && BinaryPrimitives.ReadUInt16BigEndian(rest) != WorkerExtension)
            {
                return true; // of another extension, whose byte order nobody knows
            }
            byte field = rest[2];
            int length = isLittle
                ? BinaryPrimitives.ReadUInt16LittleEndian(rest[3..])
                : BinaryPrimitives.ReadUInt16BigEndian(rest[3..]);
            rest = rest[HeaderBytes..];
            if (length > rest.Length || (field == WorkerField && length > WorkerBytesMax))
            {
                return false;
            }
            if (field == WorkerField)
            {
                worker = rest[..length];
                return true;
            }
            rest = rest[length..];
        }
        return true;
    }

    /// <summary>Writes the field; returns its bytes. A worker of more than 32 bytes is our mistake.</summary>
    public static int WriteWorker(Span<byte> destination, ReadOnlySpan<byte> worker)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(worker.Length, WorkerBytesMax);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, WorkerExtension);
        destination[2] = WorkerField;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[3..], (ushort)worker.Length);
        worker.CopyTo(destination[HeaderBytes..]);
        return HeaderBytes + worker.Length;
    }
}
