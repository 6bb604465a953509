using System.Xml.Linq;
using Xunit;

namespace Otedama.Tests.Tidy;

public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Otedama.Core"] = [],
        ["Otedama.Interop"] = ["Otedama.Core"],
        ["Otedama.Wire"] = ["Otedama.Core", "Otedama.Interop"],
        ["Otedama.Asic"] = ["Otedama.Core", "Otedama.Interop"],
        ["Otedama.Node"] = ["Otedama.Core", "Otedama.Interop", "Otedama.Wire"],
        ["Otedama.Mining"] = ["Otedama.Core", "Otedama.Interop", "Otedama.Wire", "Otedama.Asic"],
        ["Otedama.Pool"] = ["Otedama.Core", "Otedama.Interop", "Otedama.Wire"],
        ["Otedama"] = ["Otedama.Core", "Otedama.Interop", "Otedama.Wire", "Otedama.Asic", "Otedama.Node", "Otedama.Mining", "Otedama.Pool"],
    };

    [Fact]
    public void Projects_reference_only_what_the_table_allows()
    {
        string[] projects = [.. SourceTree.Files("*.csproj").Where(static p => !p.StartsWith("tests/", StringComparison.Ordinal))];
        Assert.Equal(s_allowed.Keys.Order(), projects.Select(static p => Path.GetFileNameWithoutExtension(p)!).Order());
        foreach (string project in projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            IEnumerable<string> references = XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference")
                .Select(static r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.All(references, reference => Assert.True(
                s_allowed[name].Contains(reference), $"{project} references {reference}; allowed: {string.Join(", ", s_allowed[name])}"));
        }
    }
}
