using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>Every section of tests/vectors/sv2.json, as `otedama verify --sv2` judges it.</summary>
public sealed class Sv2VectorTests
{
    private static readonly byte[] s_file = File.ReadAllBytes(Sv2Files.Path);

    [Fact]
    public void Every_section_is_there_and_every_case_in_it_passes()
    {
        Sv2Section[] sections = [.. Sv2Vectors.Parse(s_file, s_file).Run(CancellationToken.None)];
        Assert.Equal(13, sections.Length);
        Assert.All(sections, static section =>
        {
            Assert.Empty(section.Failures);
            Assert.True(section.Passed > 0, section.Name);
            Assert.Equal(section.Count, section.Passed);
        });
        Assert.Empty(Sv2Vectors.Parse(s_file, s_file).Unknown());
    }
}
