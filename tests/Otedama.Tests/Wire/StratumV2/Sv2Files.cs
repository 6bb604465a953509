using System.Text.Json;

namespace Otedama.Tests.Wire;

internal static class Sv2Files
{
    public static string Path { get; } = System.IO.Path.Combine(Root(), "tests", "vectors", "sv2.json");

    /// <summary>The frames of the vectors' first section.</summary>
    public static IEnumerable<byte[]> Frames()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path));
        return [.. file.RootElement.GetProperty("frames").EnumerateArray()
            .Select(static one => Convert.FromHexString(one.GetProperty("frame").GetString()!))];
    }

    private static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "Otedama.sln")))
        {
            directory = System.IO.Path.GetDirectoryName(directory);
        }
        return directory ?? throw new DirectoryNotFoundException("no Otedama.sln above the test");
    }
}
