namespace Otedama.Interop;

/// <summary>Parameters of the algorithms that have some; default means the algorithm's own defaults.</summary>
/// <param name="N">Equihash n: 200, 192, 144, 125 (default) or 96.</param>
/// <param name="K">Equihash k: 9, 7, 5, 4 (default) or 5.</param>
/// <param name="Twist">Equihash: the ZelHash leaf twist; default for 125,4.</param>
/// <param name="Variant">VerusHash: 10, 20, 21, 22; 0 = read it from the header.</param>
/// <param name="Personal">Equihash personalisation prefix, at most 8 bytes; empty = the default of (n, k).</param>
public readonly record struct PowParameters(uint N, uint K, bool Twist, uint Variant, ReadOnlyMemory<byte> Personal)
{
    internal otd_algo_params ToNative()
    {
        otd_algo_params native = default;
        native.n = N;
        native.k = K;
        native.twist = Twist ? 1u : 0u;
        native.variant = Variant;
        if (Personal.Length > 8)
        {
            throw new ArgumentException($"an Equihash personalisation has at most 8 bytes, got {Personal.Length}");
        }
        Personal.Span.CopyTo(native.personal);
        return native;
    }
}
