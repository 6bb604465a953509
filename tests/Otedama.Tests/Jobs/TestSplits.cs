using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Jobs;

/// <summary>Splits by rules of the test; each account is its own owner unless told otherwise.</summary>
internal sealed class TestSplits(
    Func<Template, int, PayoutSplit>? split = null, Func<Template, int, int, PayoutSplit>? solo = null, Func<int, int>? owner = null) : ISplits
{
    public event Action? Changed;

    public CoinbaseForm? Form => null;

    public Closure? WhyClosed { get; set; }

    public bool HasOwnCoinbases => solo is not null;

    /// <summary>All to one script.</summary>
    public static TestSplits To(ReadOnlyMemory<byte> script) => new((template, _) => new PayoutSplit
    {
        Reward = template.CoinbaseValue,
        Outputs = [new PayoutOutput(script, template.CoinbaseValue)],
    });

    public PayoutSplit SplitFor(Template template, int outputsMax) => (split ?? JobSamples.Split)(template, outputsMax);

    public PayoutSplit SplitFor(Template template, int outputsMax, int account) => solo!(template, outputsMax, account);

    public int CoinbaseOwnerOf(int account) => owner?.Invoke(account) ?? account;

    public void Change() => Changed?.Invoke();
}
