using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Jobs;

/// <summary>Small templates and splits to build jobs from.</summary>
internal static class JobSamples
{
    public static readonly byte[] Script = Hex.Decode("0014c64b1b9283ba1ea86bb9e7b696b0c8f68dad0400");

    public static readonly byte[] Commitment =
        Hex.Decode("6a24aa21a9edb395560ab72068c2afb1d7e6c7db26b813482089d2c4d2471b9036c5e8261406");

    public static Template Template(int height = 1000, byte tip = 1, int transactions = 3, long value = 5_000_000_000, string source = "a") => new()
    {
        Algorithm = Algorithm.Sha256d,
        Height = height,
        Version = 0x20000000,
        PreviousHash = Id(tip),
        Bits = 0x207fffff,
        Time = 1_700_000_000,
        TimeMin = 1_699_999_000,
        CoinbaseValue = new Amount(value),
        Transactions = [.. Enumerable.Range(0, transactions).Select(static i =>
            new TemplateTransaction(Id((byte)(100 + (i % 100))), new byte[] { (byte)i, 0xab }, new Amount(10), 8))],
        WitnessCommitment = Commitment,
        Source = source,
    };

    public static Hash256 Id(byte seed)
    {
        byte[] bytes = new byte[32];
        Array.Fill(bytes, seed);
        return new Hash256(bytes);
    }

    public static PayoutSplit Split(Template template, int outputsMax) => Split(template.CoinbaseValue, Math.Min(outputsMax, 1));

    public static PayoutSplit Split(Amount reward, int count) => new()
    {
        Reward = reward,
        Outputs = [.. Enumerable.Range(0, count).Select(i =>
            new PayoutOutput(Script, i == 0 ? new Amount(reward.Units - count + 1) : new Amount(1)))],
    };

    public static JobRequest Request(Template template, uint id = 7) => new()
    {
        Template = template,
        Split = Split(template.CoinbaseValue, 1),
        Id = id,
        Generation = 1,
        Clean = true,
        Time = template.Time,
        ShareTarget = Target.Max,
        Tag = "/test/"u8.ToArray(),
    };

    public static JobBook Book(TimeProvider time, Func<Template, int, PayoutSplit>? split = null, Func<Template, int, int, PayoutSplit>? solo = null, Func<int, int>? owner = null) =>
        Book(time, new TestSplits(split, solo, owner));

    public static JobBook Book(TimeProvider time, ISplits splits) =>
        new(new JobBookOptions { Splits = splits, ShareTarget = Target.Max }, time, NullLogger.Instance);
}
