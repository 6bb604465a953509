using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>Building and recognising the few scripts a miner and its node need.</summary>
public static class Script
{
    public const byte Op0 = 0x00, OpPushData1 = 0x4c, OpPushData2 = 0x4d, OpPushData4 = 0x4e, Op1Negate = 0x4f;
    public const byte Op1 = 0x51, Op16 = 0x60, OpReturn = 0x6a, OpDup = 0x76, OpEqual = 0x87, OpEqualVerify = 0x88;
    public const byte OpHash160 = 0xa9, OpCheckSig = 0xac, OpCheckSigVerify = 0xad, OpCheckMultiSig = 0xae, OpCheckMultiSigVerify = 0xaf;

    /// <summary>
    /// Pushes a number as consensus compares it (BIP 34): opcodes for 0 and 1..16, else the minimal little-endian
    /// bytes with a sign byte when the top bit is set.
    /// </summary>
    public static byte[] PushNumber(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (value == 0)
        {
            return [Op0];
        }
        if (value <= 16)
        {
            return [(byte)(Op1 + value - 1)];
        }
        Span<byte> bytes = stackalloc byte[9];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        int length = 8;
        while (bytes[length - 1] == 0)
        {
            length--;
        }
        if ((bytes[length - 1] & 0x80) != 0)
        {
            length++;
        }
        return [(byte)length, .. bytes[..length]];
    }

    /// <summary>Pushes data with the shortest length prefix; at most 65,535 bytes.</summary>
    public static byte[] PushData(ReadOnlySpan<byte> data) => data.Length switch
    {
        < OpPushData1 => [(byte)data.Length, .. data],
        <= 0xff => [OpPushData1, (byte)data.Length, .. data],
        <= 0xffff => [OpPushData2, (byte)(data.Length & 0xff), (byte)(data.Length >> 8), .. data],
        _ => throw new ArgumentOutOfRangeException(nameof(data), $"a push holds at most 65535 bytes here, got {data.Length}"),
    };

    public static byte[] PayToPublicKeyHash(ReadOnlySpan<byte> hash20) => [OpDup, OpHash160, 20, .. hash20, OpEqualVerify, OpCheckSig];

    public static byte[] PayToScriptHash(ReadOnlySpan<byte> hash20) => [OpHash160, 20, .. hash20, OpEqual];

    /// <summary>A witness program: version 0..16 and 2..40 bytes.</summary>
    public static byte[] WitnessProgram(int version, ReadOnlySpan<byte> program) =>
        [version == 0 ? Op0 : (byte)(Op1 + version - 1), (byte)program.Length, .. program];

    public static bool TryWitnessProgram(ReadOnlySpan<byte> script, out int version, out ReadOnlySpan<byte> program)
    {
        version = 0;
        program = default;
        bool shaped = script.Length is >= 4 and <= 42 && (script[0] == Op0 || script[0] is >= Op1 and <= Op16);
        if (!shaped || script[1] != script.Length - 2)
        {
            return false;
        }
        version = script[0] == Op0 ? 0 : script[0] - Op1 + 1;
        program = script[2..];
        return true;
    }

    /// <summary>True when no input can ever spend it: it starts with OP_RETURN or is longer than 10,000 bytes.</summary>
    public static bool IsUnspendable(ReadOnlySpan<byte> script) => script.Length > 10_000 || (script.Length > 0 && script[0] == OpReturn);

    /// <summary>
    /// Signature operations by the legacy count: 1 per CHECKSIG, 20 per CHECKMULTISIG. A push that runs over the end
    /// stops the count, as consensus has it.
    /// </summary>
    public static int SigOps(ReadOnlySpan<byte> script)
    {
        int count = 0;
        int position = 0;
        while (TryNext(script, ref position, out byte opcode, out _))
        {
            count += opcode switch
            {
                OpCheckSig or OpCheckSigVerify => 1,
                OpCheckMultiSig or OpCheckMultiSigVerify => 20,
                _ => 0,
            };
        }
        return count;
    }

    /// <summary>Steps over one operation. False at the end or when a push runs over it.</summary>
    public static bool TryNext(ReadOnlySpan<byte> script, ref int position, out byte opcode, out ReadOnlySpan<byte> data)
    {
        opcode = 0;
        data = default;
        if (position >= script.Length)
        {
            return false;
        }
        opcode = script[position];
        int prefix = opcode switch { OpPushData1 => 1, OpPushData2 => 2, OpPushData4 => 4, _ => 0 };
        ReadOnlySpan<byte> rest = script[(position + 1)..];
        if (rest.Length < prefix)
        {
            return false;
        }
        long length = prefix switch
        {
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(rest),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            _ => opcode < OpPushData1 ? opcode : 0,
        };
        if (length > rest.Length - prefix)
        {
            return false;
        }
        data = rest.Slice(prefix, (int)length);
        position += 1 + prefix + (int)length;
        return true;
    }
}
