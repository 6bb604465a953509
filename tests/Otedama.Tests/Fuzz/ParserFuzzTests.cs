using Otedama.Benchmarks;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Fuzz;

/// <summary>
/// Every parser that strangers reach, damaged inputs by the thousand, the same in every run; `Otedama.Benchmarks fuzz` goes on
/// for as long as one likes.
/// </summary>
public sealed class ParserFuzzTests
{
    private const int Seed = 20_260, Inputs = 20_000;

    private static readonly Lazy<IReadOnlyList<FuzzTarget>> s_targets = new(static () => FuzzTargets.All(Repository.Root));

    public static TheoryData<string> Names => [.. s_targets.Value.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_inputs_do_no_harm(string parser)
    {
        FuzzTarget target = s_targets.Value.Single(target => target.Name == parser);
        FuzzRow row = target.Run(Seed, inputs => inputs < Inputs / target.Slowness);
        // Some damage is harmless and most is not: otherwise the samples never got in, or nothing was damaged.
        Assert.InRange(row.Taken, 1, row.Inputs - 1);
    }
}
