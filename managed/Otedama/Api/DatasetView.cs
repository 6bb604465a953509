using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>A light cache, dataset or data file that hashing or checking reads.</summary>
/// <param name="Kind">light or full.</param>
/// <param name="Bytes">Its size, also while it is being made.</param>
/// <param name="Done">0 to 1.</param>
/// <param name="Seconds">Spent on making it.</param>
/// <param name="Device">The card whose memory holds it, such as gpu0; null = the processor's.</param>
/// <param name="Problem">Why it could not be made; null while all is well.</param>
internal sealed record DatasetView(
    string Algorithm, string Kind, uint Epoch, string Name, ulong Bytes, double Done, double Seconds,
        string? Device, string? Problem)
{
    public static DatasetView Of(DatasetState state) => new(
        state.Algorithm.Name,
        state.Kind.ToString().ToLowerInvariant(),
        state.Epoch,
        state.Name,
        state.Bytes,
        state.Done,
        state.Seconds,
        state.Place.Length > 0 ? state.Place : null,
        state.Problem.Length > 0 ? state.Problem : null);
}
