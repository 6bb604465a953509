using System.Text;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Parameters of the algorithms that have some; default means the algorithm's own defaults.</summary>
/// <param name="N">
/// Equihash n: 200, 192, 144, 125 (default), 96 or 48. VerusHash: where in the last 15 bytes the search counter lies, 0 to 7.
/// </param>
/// <param name="K">Equihash k: 9, 7, 5, 4 (default), 5 or 5.</param>
/// <param name="Twist">Equihash: the ZelHash leaf twist; default for 125,4.</param>
/// <param name="Variant">VerusHash: 10, 20, 21, 22; 0 = read it from the header.</param>
/// <param name="Personal">Equihash personalisation prefix, at most 8 bytes; empty = the default of (n, k).</param>
public readonly record struct PowParameters(uint N, uint K, bool Twist, uint Variant, ReadOnlyMemory<byte> Personal)
{
    /// <summary>What a coin's headers are checked with.</summary>
    public static PowParameters Of(CoinSpec coin) => coin.Equihash is { } rule ? Of(rule) : default;

    public static PowParameters Of(EquihashRule rule) =>
        new((uint)rule.N, (uint)rule.K, rule.Twist, 0, Encoding.ASCII.GetBytes(rule.Personal));

    /// <summary>What a rig searches with.</summary>
    public static PowParameters ForSearch(AlgorithmFacts facts) =>
        facts.Equihash is { } rule ? Of(rule) : new((uint)facts.CounterOffset, 0, false, 0, default);

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
