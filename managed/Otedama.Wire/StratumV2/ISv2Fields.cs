using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Who is shown the fields of a message: a reader fills them, a writer takes them. Names are those of the
/// specification.
/// </summary>
public interface ISv2Fields
{
    void U8(string name, ref byte value);

    void U16(string name, ref ushort value);

    void U32(string name, ref uint value);

    void U64(string name, ref ulong value);

    void F32(string name, ref float value);

    /// <summary>One byte of which only bit 0 counts.</summary>
    void Bool(string name, ref bool value);

    /// <summary>U256: a hash in chain order.</summary>
    void Hash(string name, ref Hash256 value);

    /// <summary>U256: a number, least significant byte first.</summary>
    void Target(string name, ref Target value);

    /// <summary>STR0_255: text without a zero byte, not checked to be UTF-8.</summary>
    void Text(string name, ref ReadOnlySpan<byte> value);

    /// <summary>STR0_255 that is a code: printable ASCII.</summary>
    void Code(string name, ref ReadOnlySpan<byte> value);

    /// <summary>B0_32 and B0_255.</summary>
    void Bytes(string name, ref ReadOnlySpan<byte> value, int max);

    /// <summary>B0_64K.</summary>
    void LongBytes(string name, ref ReadOnlySpan<byte> value);

    /// <summary>OPTION[U32].</summary>
    void OptionalU32(string name, ref uint? value);

    /// <summary>SEQ0_255[U256]: 32 bytes each.</summary>
    void Hashes(string name, ref ReadOnlySpan<byte> value);

    /// <summary>SEQ0_64K[U16]: two bytes each, as on the wire.</summary>
    void U16s(string name, ref ReadOnlySpan<byte> value);

    /// <summary>SEQ0_64K[U32]: four bytes each, as on the wire.</summary>
    void U32s(string name, ref ReadOnlySpan<byte> value);
}
