using System.Reflection;
using Otedama.Core;

namespace Otedama;

/// <summary>The vector files of tests/vectors as they were when this program was built.</summary>
internal static class BuiltInVectors
{
    private const string Prefix = "vectors/";

    /// <summary>Need gigabytes and many seconds: the network's Verthash file, the ZelHash solver.</summary>
    private static readonly string[] s_heavy = ["verthash-network.txt", "zelhash-solve.txt"];

    /// <summary>Names in the order in which they are run: the heavy ones last, or not at all.</summary>
    public static IEnumerable<string> Names(bool heavy) => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => name[Prefix.Length..])
        .Where(name => heavy || !s_heavy.Contains(name))
        .OrderBy(static name => s_heavy.Contains(name))
        .ThenBy(static name => name, StringComparer.Ordinal);

    public static VectorFile Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
        using StreamReader reader = new(stream);
        return VectorFile.Parse(reader.ReadToEnd());
    }

    /// <summary>tests/vectors/sv2.json.</summary>
    public static byte[] Sv2()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("sv2/sv2.json")!;
        using MemoryStream all = new();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
