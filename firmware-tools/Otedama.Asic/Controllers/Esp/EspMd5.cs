using System.Security.Cryptography;

namespace Otedama.Asic;

/// <summary>MD5 as the chip's loader and partition table use it: against damage, not against people.</summary>
public static class EspMd5
{
    /// <summary>32 hex digits in lower case.</summary>
#pragma warning disable CA5351 // the chip knows no other
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
}
