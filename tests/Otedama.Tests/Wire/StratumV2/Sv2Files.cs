namespace Otedama.Tests.Wire;

internal static class Sv2Files
{
    public static string Path { get; } = System.IO.Path.Combine(Root(), "tests", "vectors", "sv2.json");

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
