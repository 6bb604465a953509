using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Otedama.Core;

/// <summary>Up to 32 bytes of extranonce kept inline.</summary>
public struct Extranonce
{
    public const int MaxLength = 32;

    private Bytes _bytes;

    public Extranonce(ReadOnlySpan<byte> value)
    {
        Length = value.Length;
        value.CopyTo(((Span<byte>)_bytes)[..value.Length]);
    }

    public int Length { get; }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[..Length];

    [InlineArray(MaxLength)]
    private struct Bytes
    {
        private byte _element;
    }
}
