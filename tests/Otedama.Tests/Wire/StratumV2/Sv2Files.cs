using System.Text.Json;
using Otedama.Tests.Interop;

namespace Otedama.Tests.Wire;

internal static class Sv2Files
{
    public static string Path { get; } = System.IO.Path.Combine(BorderTests.RepositoryRoot(), "tests", "vectors", "sv2.json");

    /// <summary>The frames of the vectors' first section.</summary>
    public static IEnumerable<byte[]> Frames()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path));
        return [.. file.RootElement.GetProperty("frames").EnumerateArray()
            .Select(static one => Convert.FromHexString(one.GetProperty("frame").GetString()!))];
    }
}
