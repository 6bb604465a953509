using System.Buffers.Binary;
using System.Text;

namespace Otedama.Pool;

/// <summary>A new account, or (number 0 only) the operator's new address.</summary>
public sealed record AccountRecord(int Id, ReadOnlyMemory<byte> Script, string Address, string Worker)
{
    public const byte Version = 1;

    private const int FixedLength = 12;

    /// <summary>
    /// <code>
    /// 0  i32 id   4  u16 script length   6  u16 address length   8  u16 worker length   10  u16 zero
    /// 12  script, address (UTF-8), worker (UTF-8)
    /// </code>
    /// </summary>
    public byte[] ToBytes()
    {
        int address = Encoding.UTF8.GetByteCount(Address);
        int worker = Encoding.UTF8.GetByteCount(Worker);
        byte[] bytes = new byte[FixedLength + Script.Length + address + worker];
        Span<byte> rest = bytes;
        BinaryPrimitives.WriteInt32LittleEndian(rest, Id);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[4..], (ushort)Script.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[6..], (ushort)address);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[8..], (ushort)worker);
        rest = rest[FixedLength..];
        Script.Span.CopyTo(rest);
        Encoding.UTF8.GetBytes(Address, rest[Script.Length..]);
        Encoding.UTF8.GetBytes(Worker, rest[(Script.Length + address)..]);
        return bytes;
    }

    public static AccountRecord Read(ReadOnlySpan<byte> bytes)
    {
        int script = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        int address = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        int worker = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        ReadOnlySpan<byte> rest = bytes[FixedLength..];
        return new AccountRecord(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            rest[..script].ToArray(),
            Encoding.UTF8.GetString(rest.Slice(script, address)),
            Encoding.UTF8.GetString(rest.Slice(script + address, worker)));
    }
}
