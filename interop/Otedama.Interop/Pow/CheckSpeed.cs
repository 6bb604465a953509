using System.Numerics;

namespace Otedama.Interop;

/// <summary>
/// How long card and processor take for an item, by size of the batch: sizes of one power of two share a row. Not
/// thread-safe.
/// </summary>
internal sealed class CheckSpeed(TimeSpan holds, TimeProvider clock)
{
    /// <summary>
    /// Measurements of a row before it counts, the fastest of each side: one alone may have been disturbed.
    /// </summary>
    private const int RunsNeeded = 3;

    private readonly Row[] _rows = new Row[BitOperations.Log2(PowEngine.ChecksMax) + 1];

    /// <summary>Whether batches of this size are to be checked by both.</summary>
    public bool WantsMeasuring(int count)
    {
        ref Row row = ref RowOf(count);
        if (row.Runs >= RunsNeeded && clock.GetElapsedTime(row.Since) >= holds)
        {
            row = default;
        }
        return row.Runs < RunsNeeded;
    }

    public bool IsCardFaster(int count) => IsFaster(RowOf(count));

    /// <summary>Seconds the processor takes for a batch; 0 = not known.</summary>
    public double ProcessorSeconds(int count) => RowOf(count).Processor * count;

    /// <summary>Times of one batch of count items, and of `sample` of them on the processor.</summary>
    public void Add(int count, TimeSpan card, int sample, TimeSpan processor)
    {
        ref Row row = ref RowOf(count);
        double byCard = card.TotalSeconds / count;
        double byProcessor = processor.TotalSeconds / sample;
        row.Card = row.Runs == 0 ? byCard : Math.Min(row.Card, byCard);
        row.Processor = row.Runs == 0 ? byProcessor : Math.Min(row.Processor, byProcessor);
        row.Runs++;
        row.Since = clock.GetTimestamp();
    }

    public int? FasterFrom()
    {
        int index = Array.FindIndex(_rows, IsFaster);
        return index < 0 ? null : 1 << index;
    }

    public void Clear() => Array.Clear(_rows);

    private static bool IsFaster(Row row) => row.Runs >= RunsNeeded && row.Card < row.Processor;

    private ref Row RowOf(int count) => ref _rows[BitOperations.Log2((uint)count)];

    /// <summary>Seconds an item.</summary>
    private record struct Row(double Card, double Processor, int Runs, long Since);
}
