namespace Otedama;

/// <summary>
/// The last hour in samples, for charts. Written by the sampler, read by any request; a lock of a few microseconds. Rigs and
/// pools are the same in every sample: they do not come and go while an instance runs.
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
            [.. status.Rigs.Select(static rig => new Row(rig.Name, rig.HashrateHs, rig.Accepted, rig.Rejected, 0, rig.Workers.Count))],
            [.. status.Pools.Select(static pool => new Row(pool.Name, pool.HashrateHs, pool.Accepted, pool.Rejected, pool.Blocks, pool.Miners))]);
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
            Rigs = Series([.. samples.Select(static s => s.Rigs)]),
            Pools = Series([.. samples.Select(static s => s.Pools)]),
        };
    }

    private static SeriesView[] Series(Row[][] samples) => samples.Length == 0 ? [] :
    [
        .. samples[^1].Select((last, i) => new SeriesView
        {
            Name = last.Name,
            HashrateHs = [.. samples.Select(s => s[i].HashrateHs)],
            Accepted = [.. samples.Select(s => s[i].Accepted)],
            Rejected = [.. samples.Select(s => s[i].Rejected)],
            Blocks = [.. samples.Select(s => s[i].Blocks)],
            Workers = [.. samples.Select(s => s[i].Workers)],
        }),
    ];

    private readonly record struct Row(string Name, double HashrateHs, long Accepted, long Rejected, long Blocks, int Workers);

    private sealed record Sample(long Time, Row[] Rigs, Row[] Pools);
}
