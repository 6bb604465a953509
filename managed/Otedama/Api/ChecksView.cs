using Otedama.Interop;

namespace Otedama;

/// <summary>Who checked the shares of a pool.</summary>
/// <param name="Processor">Proofs the processor alone gave a verdict on.</param>
internal sealed record ChecksView(long Processor, IReadOnlyList<CardChecksView> Cards);

/// <summary>One card that checks shares.</summary>
/// <param name="Gpu">As `otedama gpu list` counts: gpu0.</param>
/// <param name="Checked">Proofs whose verdict it gave.</param>
/// <param name="Compared">Proofs that the processor checked beside it, to compare speed and verdicts.</param>
/// <param name="FasterFrom">Smallest batch, as a power of two, from which it is known to be faster; null = none is
/// known.</param>
/// <param name="Problem">Why it checks nothing now; null where nothing is wrong.</param>
internal sealed record CardChecksView(string Gpu, string Device, bool Ready, long Checked, long Compared,
    int? FasterFrom, string? Problem)
{
    public static CardChecksView Of(GpuCheckState state) => new(
        state.Gpu, state.Device, state.IsReady, state.Checked, state.Compared, state.FasterFrom, state.Problem);
}
