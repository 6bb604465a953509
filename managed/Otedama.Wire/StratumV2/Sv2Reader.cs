using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Fills the fields of a message from a payload, in place. After a fault everything that follows stays as it was.
/// What is behind the last field is Rest. Never throws on what was sent, allocates nothing.
/// </summary>
public ref struct Sv2Reader(ReadOnlySpan<byte> payload) : ISv2Fields
{
    public ReadOnlySpan<byte> Rest { get; private set; } = payload;

    public Sv2Fault Fault { get; private set; }

    public void U8(string name, ref byte value)
    {
        if (TryTake(1, out ReadOnlySpan<byte> bytes))
        {
            value = bytes[0];
        }
    }

    public void U16(string name, ref ushort value)
    {
        if (TryTake(sizeof(ushort), out ReadOnlySpan<byte> bytes))
        {
            value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        }
    }

    public void U32(string name, ref uint value)
    {
        if (TryTake(sizeof(uint), out ReadOnlySpan<byte> bytes))
        {
            value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }
    }

    public void U64(string name, ref ulong value)
    {
        if (TryTake(sizeof(ulong), out ReadOnlySpan<byte> bytes))
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
    }

    public void F32(string name, ref float value)
    {
        if (TryTake(sizeof(float), out ReadOnlySpan<byte> bytes))
        {
            value = BinaryPrimitives.ReadSingleLittleEndian(bytes);
        }
    }

    public void Bool(string name, ref bool value)
    {
        if (TryTake(1, out ReadOnlySpan<byte> bytes))
        {
            value = (bytes[0] & 1) != 0;
        }
    }

    public void Hash(string name, ref Hash256 value)
    {
        if (TryTake(Hash256.Size, out ReadOnlySpan<byte> bytes))
        {
            value = new Hash256(bytes);
        }
    }

    public void Target(string name, ref Target value)
    {
        if (TryTake(Hash256.Size, out ReadOnlySpan<byte> bytes))
        {
            value = new Target(UInt256.FromLittleEndian(bytes));
        }
    }

    public void Text(string name, ref ReadOnlySpan<byte> value)
    {
        Bytes(name, ref value, byte.MaxValue);
        if (Fault == Sv2Fault.None && value.Contains((byte)0))
        {
            Fault = Sv2Fault.Text;
        }
    }

    public void Code(string name, ref ReadOnlySpan<byte> value)
    {
        Bytes(name, ref value, byte.MaxValue);
        if (Fault == Sv2Fault.None && value.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Fault = Sv2Fault.Text;
        }
    }

    public void Bytes(string name, ref ReadOnlySpan<byte> value, int max)
    {
        if (TryTake(1, out ReadOnlySpan<byte> length))
        {
            if (length[0] > max)
            {
                Fault = Sv2Fault.TooLong;
            }
            Run(length[0], ref value);
        }
    }

    public void LongBytes(string name, ref ReadOnlySpan<byte> value) => Counted(1, ref value);

    public void OptionalU32(string name, ref uint? value)
    {
        if (!TryTake(1, out ReadOnlySpan<byte> flag))
        {
            return;
        }
        if (flag[0] > 1)
        {
            Fault = Sv2Fault.Option;
        }
        else if (flag[0] == 1 && TryTake(sizeof(uint), out ReadOnlySpan<byte> bytes))
        {
            value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }
    }

    public void Hashes(string name, ref ReadOnlySpan<byte> value)
    {
        if (TryTake(1, out ReadOnlySpan<byte> count))
        {
            Run(count[0] * Hash256.Size, ref value);
        }
    }

    public void U16s(string name, ref ReadOnlySpan<byte> value) => Counted(sizeof(ushort), ref value);

    public void U32s(string name, ref ReadOnlySpan<byte> value) => Counted(sizeof(uint), ref value);

    private void Counted(int size, ref ReadOnlySpan<byte> value)
    {
        if (TryTake(sizeof(ushort), out ReadOnlySpan<byte> count))
        {
            Run(BinaryPrimitives.ReadUInt16LittleEndian(count) * size, ref value);
        }
    }

    private void Run(int length, ref ReadOnlySpan<byte> value)
    {
        if (TryTake(length, out ReadOnlySpan<byte> bytes))
        {
            value = bytes;
        }
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (Fault != Sv2Fault.None)
        {
            return false;
        }
        if (Rest.Length < length)
        {
            Fault = Sv2Fault.TooShort;
            return false;
        }
        bytes = Rest[..length];
        Rest = Rest[length..];
        return true;
    }
}
