namespace Otedama;

/// <summary>
/// The last hour in samples, for charts. Written by the sampler, read by any request; a lock of a few microseconds.
/// </summary>
internal sealed class History
{
    public const int StepS = 2;

    private const int SamplesMax = 3600 / StepS;

    private readonly Lock _gate = new();
    private readonly Queue<Sample> _samples = new(SamplesMax);

    public void Add(long time, StatusView status)
    {
        Sample sample = new(
            time,
            status.Rig?.HashrateHs ?? 0,
            status.Pool?.HashrateHs ?? 0,
            status.Pool?.Accepted ?? status.Rig?.Accepted ?? 0,
            status.Pool?.Rejected ?? status.Rig?.Rejected ?? 0,
            status.Pool?.Blocks ?? 0,
            status.Pool?.Miners ?? status.Rig?.Workers.Count ?? 0);
        lock (_gate)
        {
            if (_samples.Count == SamplesMax)
            {
                _samples.Dequeue();
            }
            _samples.Enqueue(sample);
        }
    }

    public HistoryView View()
    {
        Sample[] samples;
        lock (_gate)
        {
            samples = [.. _samples];
        }
        return new HistoryView
        {
            StepS = StepS,
            Time = [.. samples.Select(static s => s.Time)],
            RigHashrateHs = [.. samples.Select(static s => s.RigHashrateHs)],
            PoolHashrateHs = [.. samples.Select(static s => s.PoolHashrateHs)],
            Accepted = [.. samples.Select(static s => s.Accepted)],
            Rejected = [.. samples.Select(static s => s.Rejected)],
            Blocks = [.. samples.Select(static s => s.Blocks)],
            Workers = [.. samples.Select(static s => s.Workers)],
        };
    }

    private readonly record struct Sample(
        long Time, double RigHashrateHs, double PoolHashrateHs, long Accepted, long Rejected, long Blocks, int Workers);
}
