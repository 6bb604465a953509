namespace Otedama.Tests.Asic;

/// <summary>The low bits of a number, as registers have them.</summary>
internal static class Bits
{
    public static byte Byte(int value) => unchecked((byte)value);

    public static ushort Word(int value) => unchecked((ushort)value);
}
