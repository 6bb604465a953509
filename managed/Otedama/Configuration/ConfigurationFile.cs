using YamlDotNet.Core;

namespace Otedama;

/// <summary>Reads a YAML file into raw values with line numbers; every mistake names file and line.</summary>
internal static class ConfigurationFile
{
    private const int BytesMax = 1 << 20;

    /// <summary>Throws ConfigurationException naming file and line.</summary>
    public static RawMap Read(string path)
    {
        string name = Path.GetFileName(path);
        return Parse(ReadText(path), name);
    }

    public static RawMap Parse(string text, string name)
    {
        YamlTree tree = new(text, name);
        try
        {
            return tree.Read();
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{name} {tree.Where(e)}: not valid YAML: {Reason(e)}");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException
            or OverflowException)
        {
            // Some malformed input ends in these instead of YamlException (an unclosed "[" for one).
            throw new ConfigurationException(
                $"{name} line {tree.LastLine}: not valid YAML: {tree.Unclosed ?? e.Message}");
        }
    }

    private static string ReadText(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            string wrong = path.Length == 0 ? "is empty" : "holds a NUL character";
            throw new ConfigurationException(
                $"--config: the path {wrong}. Give the path of a YAML file, or print one with: otedama config sample");
        }
        try
        {
            if (Directory.Exists(path))
            {
                throw new ConfigurationException(
                    $"{path}: is a directory. Give the path of a YAML file, or print one with: otedama config sample");
            }
            // Read with a limit: a device or a pipe has no length to look at beforehand.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[BytesMax + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > BytesMax)
            {
                throw new ConfigurationException($"{path}: more bytes than a configuration may have ({BytesMax})");
            }
            using StreamReader reader = new(new MemoryStream(bytes, 0, count));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new ConfigurationException(
                $"{path}: cannot be read: {reason}. Give the path of a YAML file, or print one with: otedama config "
                + "sample");
        }
    }

    private static string Reason(YamlException e)
    {
        string message = e.InnerException?.Message ?? e.Message;
        int colon = message.LastIndexOf("): ", StringComparison.Ordinal);
        return colon >= 0 ? message[(colon + 3)..] : message;
    }
}
