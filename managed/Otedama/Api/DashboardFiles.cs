using System.Collections.Frozen;
using System.Reflection;

namespace Otedama;

/// <summary>The dashboard's files, embedded in the executable.</summary>
internal static class DashboardFiles
{
    private static readonly FrozenDictionary<string, byte[]> s_files = Load();

    public static IEnumerable<string> Names => s_files.Keys;

    public static bool TryGet(string name, out ReadOnlyMemory<byte> content, out string contentType)
    {
        bool found = s_files.TryGetValue(name, out byte[]? bytes);
        content = bytes;
        contentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        return found;
    }

    private static FrozenDictionary<string, byte[]> Load()
    {
        const string Folder = "ui/";
        Assembly assembly = typeof(DashboardFiles).Assembly;
        Dictionary<string, byte[]> files = [];
        foreach (string name in assembly.GetManifestResourceNames().Where(static n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files[name[Folder.Length..]] = bytes;
        }
        return files.ToFrozenDictionary();
    }
}
