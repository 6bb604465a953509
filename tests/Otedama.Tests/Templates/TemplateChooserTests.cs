using Otedama.Pool;
using Otedama.Tests.Jobs;
using Xunit;

namespace Otedama.Tests.Templates;

public class TemplateChooserTests
{
    [Theory]
    [InlineData("b", 1001, 2, 1, true, true, "a higher chain wins")]
    [InlineData("b", 1000, 1, 9, true, true, "more fees on the same tip win")]
    [InlineData("b", 1000, 1, 5, true, false, "equal fees do not")]
    [InlineData("b", 1000, 2, 9, true, false, "a rival tip of the same height came second")]
    [InlineData("b", 999, 3, 9, true, false, "a node behind is not followed")]
    [InlineData("b", 999, 3, 1, false, true, "unless the current one is down")]
    [InlineData("a", 999, 3, 1, true, true, "a node's own reorganisation is followed")]
    [InlineData("a", 1000, 1, 1, true, true, "and its own updates")]
    public void The_better_template_takes_over(string source, int height, byte tip, long value, bool lives, bool taken, string why)
    {
        TemplateChooser chooser = new();
        Assert.True(chooser.Offer(JobSamples.Template(1000, 1, value: 5, source: "a"), currentLives: false));
        Assert.True(taken == chooser.Offer(JobSamples.Template(height, tip, value: value, source: source), lives), why);
        Assert.Equal(taken ? height : 1000, chooser.Current!.Height);
    }
}
