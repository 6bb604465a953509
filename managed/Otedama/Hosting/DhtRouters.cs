using System.Reflection;

namespace Otedama;

/// <summary>The public routers of the DHT that this program comes with.</summary>
internal static class DhtRouters
{
    /// <summary>host:port of each.</summary>
    public static IReadOnlyList<string> Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("dht/routers.txt")
            ?? throw new InvalidOperationException("dht/routers.txt is not in this program");
        using StreamReader reader = new(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(static line =>
            line.Length > 0 && line[0] != '#').Select(static line => line.Split(' ')[0])];
    }
}
