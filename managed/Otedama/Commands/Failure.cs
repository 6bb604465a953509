using Otedama.Interop;

namespace Otedama;

/// <summary>
/// The last net: whatever ended a verb becomes one sentence and an exit code, as text on standard error or, with --json,
/// as one object on standard output.
/// </summary>
internal static class Failure
{
    /// <summary>Returns the exit code. Throws nothing.</summary>
    public static int Report(Exception error, bool json, Surroundings outside)
    {
        (int code, string message) = Judge(error, outside);
        try
        {
            if (json)
            {
                ErrorAnswer answer = new(1, new ErrorDetail(code, message));
                outside.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(answer, AnswerJson.Default.ErrorAnswer));
            }
            else if (message.Length > 0)
            {
                outside.Error.WriteLine(message);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or CommandException)
        {
            // Nobody can be told; the exit code remains.
        }
        return code;
    }

    private static (int Code, string Message) Judge(Exception error, Surroundings outside) => error switch
    {
        ConfigurationException e => (ExitCode.Configuration, string.Join('\n', e.Problems)),
        CommandException e => (e.Code, e.Message),
        OperationCanceledException => (ExitCode.Interrupted, "Interrupted."),
        NativeException { Operation: Native.OpenOperation, StatusName: "OTD_E_UNSUPPORTED" } e => (ExitCode.Configuration, e.Detail),
        NativeException e => (ExitCode.SelfTest, e.Message),
        UnauthorizedAccessException or IOException => (ExitCode.BadAnswer, $"otedama stopped: {error.Message}"),
        _ => (ExitCode.BadAnswer, Unexpected(error, outside.CrashFolder)),
    };

    /// <summary>
    /// A mistake of this program: the sentence says so, and the details go to a file and not to the screen.
    /// </summary>
    public static string Unexpected(Exception error, string? crashFolder)
    {
        string what = $"otedama {ThisProgram.Version} made a mistake it did not foresee ({error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}).";
        return Keep(error, crashFolder) is { } path
            ? $"{what} Please report it where you have this program from, with the file {path} and the command you ran."
            : $"{what} Please report it where you have this program from, with this line and the command you ran.";
    }

    private static string? Keep(Exception error, string? folder)
    {
        if (folder is null)
        {
            return null;
        }
        string path = Path.Combine(folder, $"otedama-crash-{Environment.ProcessId}.txt");
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            using StreamWriter file = new(path, options);
            VersionAnswer version = VersionCommand.Current();
            file.Write($"otedama {version.Version}, {version.Runtime}, {version.System}\n{error}\n");
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the sentence says the most important part
        }
    }
}

internal sealed record ErrorAnswer(int Schema, ErrorDetail Error);

/// <summary>Code is the exit code.</summary>
internal sealed record ErrorDetail(int Code, string Message);
