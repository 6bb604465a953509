using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Otedama;

/// <summary>What a running instance writes into its data directory, so that the other verbs find it.</summary>
internal sealed record InstanceFile(int Schema, int Pid, string? ApiUrl, long StartedAt);

internal static class InstanceRecord
{
    public static bool TryRead(string root, [NotNullWhen(true)] out InstanceFile? file)
    {
        file = null;
        try
        {
            file = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(DataDirectory.InstanceFileIn(root)), AnswerJson.Default.InstanceFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // No instance, or one that is just writing the file: the caller says so.
        }
        return file is not null;
    }

    public static void Write(string path, InstanceFile file)
    {
        string temporary = path + ".new";
        System.IO.File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(file, AnswerJson.Default.InstanceFile));
        System.IO.File.Move(temporary, path, overwrite: true);
    }
}
