using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Writes the fields of a message into a buffer. A field beyond what its type holds is our mistake:
/// ArgumentException. A buffer that is too small leaves IsFull set and writes no further. Allocates nothing.
/// </summary>
public ref struct Sv2Writer(Span<byte> destination) : ISv2Fields
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public bool IsFull { get; private set; }

    public void U8(string name, ref byte value)
    {
        if (TryTake(1, out Span<byte> to))
        {
            to[0] = value;
        }
    }

    public void U16(string name, ref ushort value)
    {
        if (TryTake(sizeof(ushort), out Span<byte> to))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to, value);
        }
    }

    public void U32(string name, ref uint value)
    {
        if (TryTake(sizeof(uint), out Span<byte> to))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to, value);
        }
    }

    public void U64(string name, ref ulong value)
    {
        if (TryTake(sizeof(ulong), out Span<byte> to))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, value);
        }
    }

    public void F32(string name, ref float value)
    {
        if (TryTake(sizeof(float), out Span<byte> to))
        {
            BinaryPrimitives.WriteSingleLittleEndian(to, value);
        }
    }

    public void Bool(string name, ref bool value)
    {
        if (TryTake(1, out Span<byte> to))
        {
            to[0] = value ? (byte)1 : (byte)0;
        }
    }

    public void Hash(string name, ref Hash256 value)
    {
        if (TryTake(Hash256.Size, out Span<byte> to))
        {
            value.CopyTo(to);
        }
    }

    public void Target(string name, ref Target value)
    {
        if (TryTake(Hash256.Size, out Span<byte> to))
        {
            value.Value.CopyTo(to);
        }
    }

    public void Text(string name, ref ReadOnlySpan<byte> value) => Bytes(name, ref value, byte.MaxValue);

    public void Code(string name, ref ReadOnlySpan<byte> value) => Bytes(name, ref value, byte.MaxValue);

    public void Bytes(string name, ref ReadOnlySpan<byte> value, int max)
    {
        Require(name, value.Length, 1, max);
        byte length = (byte)value.Length;
        U8(name, ref length);
        Run(value);
    }

    public void LongBytes(string name, ref ReadOnlySpan<byte> value) => Counted(name, 1, value);

    public void OptionalU32(string name, ref uint? value)
    {
        bool has = value is not null;
        Bool(name, ref has);
        if (value is uint number)
        {
            U32(name, ref number);
        }
    }

    public void Hashes(string name, ref ReadOnlySpan<byte> value)
    {
        Require(name, value.Length, Hash256.Size, byte.MaxValue);
        byte count = (byte)(value.Length / Hash256.Size);
        U8(name, ref count);
        Run(value);
    }

    public void U16s(string name, ref ReadOnlySpan<byte> value) => Counted(name, sizeof(ushort), value);

    public void U32s(string name, ref ReadOnlySpan<byte> value) => Counted(name, sizeof(uint), value);

    private void Counted(string name, int size, ReadOnlySpan<byte> value)
    {
        Require(name, value.Length, size, ushort.MaxValue);
        ushort count = (ushort)(value.Length / size);
        U16(name, ref count);
        Run(value);
    }

    private static void Require(string name, int length, int size, int max)
    {
        if (length % size != 0 || length / size > max)
        {
            throw new ArgumentException($"{name}: {length} bytes are not 0 to {max} elements of {size}");
        }
    }

    private void Run(ReadOnlySpan<byte> bytes)
    {
        if (TryTake(bytes.Length, out Span<byte> to))
        {
            bytes.CopyTo(to);
        }
    }

    private bool TryTake(int length, out Span<byte> to)
    {
        IsFull |= _destination.Length - Length < length;
        to = IsFull ? default : _destination.Slice(Length, length);
        Length += IsFull ? 0 : length;
        return !IsFull;
    }
}
