using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// Whom a share pays: a payout type and its program, 21 or 33 bytes. Ordered as these bytes are. The default is nobody.
/// </summary>
public readonly struct PayoutKey : IEquatable<PayoutKey>, IComparable<PayoutKey>
{
    /// <summary>Types of output scripts; the numbers are consensus.</summary>
    public const byte PublicKeyHash = 1, ScriptHash = 2, WitnessKeyHash = 3, WitnessScriptHash = 4, Taproot = 5;

    private const byte None = 0;

    /// <summary>32-bit words that WriteWords writes.</summary>
    internal const int WordsMax = 9;

    /// <summary>Bytes of a key that is somebody's: one or the other.</summary>
    public const int LengthMin = 21, LengthMax = 33;

    // The program, most significant byte first and zeros behind it, so that numbers compare as bytes do.
    private readonly ulong _p0, _p1, _p2, _p3;

    /// <summary>Throws ArgumentException when the type is not 1 to 5 or the program has not its length.</summary>
    public PayoutKey(byte type, ReadOnlySpan<byte> program)
    {
        if (type is < PublicKeyHash or > Taproot || program.Length != ProgramLengthOf(type))
        {
            throw new ArgumentException(
                $"payout type {type} with a program of {program.Length} bytes; 1, 2 and 3 have 20, 4 and 5 have 32");
        }
        Span<byte> padded = stackalloc byte[Hash256.Size];
        padded.Clear();
        program.CopyTo(padded);
        Type = type;
        _p0 = BinaryPrimitives.ReadUInt64BigEndian(padded);
        _p1 = BinaryPrimitives.ReadUInt64BigEndian(padded[8..]);
        _p2 = BinaryPrimitives.ReadUInt64BigEndian(padded[16..]);
        _p3 = BinaryPrimitives.ReadUInt64BigEndian(padded[24..]);
    }

    public byte Type { get; }

    public bool IsNone => Type == None;

    /// <summary>Bytes of type and program: 21 or 33; 1 for nobody.</summary>
    public int Length => 1 + ProgramLengthOf(Type);

    /// <summary>Whether it has 33 bytes, and not 21.</summary>
    internal bool IsLong => Type is WitnessScriptHash or Taproot;

    /// <summary>
    /// The bytes as WordsMax words, each most significant byte first, with the bit that ends a message of SHA-256
    /// behind them and zeros after that.
    /// </summary>
    internal void WriteWords(Span<uint> words)
    {
        unchecked
        {
            words[0] = ((uint)Type << 24) | (uint)(_p0 >> 40);
            words[1] = (uint)(_p0 >> 8);
            words[2] = ((uint)_p0 << 24) | (uint)(_p1 >> 40);
            words[3] = (uint)(_p1 >> 8);
            words[4] = ((uint)_p1 << 24) | (uint)(_p2 >> 40);
            words[5] = (uint)(_p2 >> 8);
            words[6] = ((uint)_p2 << 24) | (uint)(_p3 >> 40);
            words[7] = (uint)(_p3 >> 8);
            words[8] = (uint)_p3 << 24;
        }
        words[IsLong ? 8 : 5] |= 0x0080_0000;
    }

    /// <summary>Writes Length bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        destination[0] = Type;
        if (IsNone)
        {
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], _p0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[9..], _p1);
        if (IsLong)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[17..], _p2);
            BinaryPrimitives.WriteUInt64BigEndian(destination[25..], _p3);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[17..], (uint)(_p2 >> 32));
        }
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The output script. Throws InvalidOperationException for nobody.</summary>
    public byte[] ToScript()
    {
        ReadOnlySpan<byte> program = ToArray().AsSpan(1);
        return Type switch
        {
            PublicKeyHash => Script.PayToPublicKeyHash(program),
            ScriptHash => Script.PayToScriptHash(program),
            WitnessKeyHash or WitnessScriptHash => Script.WitnessProgram(0, program),
            Taproot => Script.WitnessProgram(1, program),
            _ => throw new InvalidOperationException("nobody has no output script"),
        };
    }

    /// <summary>The key of an output script; false for scripts that no payout type stands for.</summary>
    public static bool TryFromScript(ReadOnlySpan<byte> script, out PayoutKey key)
    {
        (byte type, int start) = script.Length switch
        {
            25 => (PublicKeyHash, 3),
            23 => (ScriptHash, 2),
            22 => (WitnessKeyHash, 2),
            34 => (script[0] == Script.Op0 ? WitnessScriptHash : Taproot, 2),
            _ => (None, 0),
        };
        key = type == None ? default : new PayoutKey(type, script.Slice(start, ProgramLengthOf(type)));
        // The length only suggests a type: writing the script again tells whether it is one.
        bool exact = type != None && script.SequenceEqual(key.ToScript());
        key = exact ? key : default;
        return exact;
    }

    /// <summary>noneAllowed: whether type 0, which has no program, is one. Throws FormatException.</summary>
    internal static PayoutKey Read(ref ByteReader reader, bool noneAllowed)
    {
        byte type = reader.Byte();
        if (type == None && noneAllowed)
        {
            return default;
        }
        return type is >= PublicKeyHash and <= Taproot
            ? new PayoutKey(type, reader.Take(ProgramLengthOf(type)))
            : throw new FormatException(
                $"payout type {type} before byte {reader.Position}; {(noneAllowed ? 0 : 1)} to 5 are known");
    }

    internal void Write(ByteWriter writer)
    {
        Span<byte> bytes = stackalloc byte[LengthMax];
        CopyTo(bytes);
        writer.Raw(bytes[..Length]);
    }

    public bool Equals(PayoutKey other) =>
        Type == other.Type && _p0 == other._p0 && _p1 == other._p1 && _p2 == other._p2 && _p3 == other._p3;

    public int CompareTo(PayoutKey other)
    {
        if (Type != other.Type)
        {
            return Type.CompareTo(other.Type);
        }
        int first = _p0 != other._p0 ? _p0.CompareTo(other._p0) : _p1.CompareTo(other._p1);
        return first != 0 ? first : _p2 != other._p2 ? _p2.CompareTo(other._p2) : _p3.CompareTo(other._p3);
    }

    public override bool Equals(object? obj) => obj is PayoutKey other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, _p0, _p1, _p2); // seeded: strangers choose programs

    /// <summary>Type and program in hex.</summary>
    public override string ToString() => Hex.Encode(ToArray());

    private static int ProgramLengthOf(byte type) =>
        type switch { None => 0, WitnessScriptHash or Taproot => 32, _ => 20 };

    public static bool operator ==(PayoutKey left, PayoutKey right) => left.Equals(right);

    public static bool operator !=(PayoutKey left, PayoutKey right) => !left.Equals(right);
}
