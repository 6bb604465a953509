using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>One name and one form for what every room has; what an analyser can say stands in .editorconfig.</summary>
public sealed partial class IdiomTests
{
    /// <summary>The type of a field, the names it may have, and the same in words. A second one in a class says which: <c>_writeGate</c>.</summary>
    private static readonly (Regex Type, Regex Name, string Wanted)[] s_names =
    [
        (Clocks(), Time(), "_time"),
        (Loggers(), Logger(), "_logger or _somethingLogger"),
        (Locks(), Gate(), "_gate, s_gate or _somethingGate"),
    ];

    [Theory]
    [InlineData("private readonly TimeProvider _clock;", "_clock should be _time")]
    [InlineData("    private ILogger<Rig>? _log;", "_log should be _logger or _somethingLogger")]
    [InlineData("    private static readonly Lock s_lock = new();", "s_lock should be _gate, s_gate or _somethingGate")]
    [InlineData("    private readonly object _sync = new();", "_sync should be _gate, s_gate or _somethingGate")]
    [InlineData("    private readonly Lock _writeGate = new();", null)]
    [InlineData("    private readonly FileStream _lock;", null)]
    public void A_field_under_another_name_is_found(string line, string? found) => Assert.Equal(found, Misnamed(line).SingleOrDefault());

    [Fact]
    public void Clocks_loggers_and_locks_have_one_name_each()
    {
        string[] found = [.. SourceTree.Files("*.cs").SelectMany(static path => Misnamed(SourceTree.Read(path)).Select(wrong => $"{path}: {wrong}"))];
        Assert.True(found.Length == 0, string.Join('\n', found));
        Assert.Contains(SourceTree.Product, static path => Fields().IsMatch(SourceTree.Read(path)));
    }

    /// <summary>No library of this house leaves the context it was called under: the simulation runs everything on its own.</summary>
    [Fact]
    public void Awaits_keep_the_context_they_were_called_under()
    {
        string[] found = [.. SourceTree.Files("*.cs").Where(static path => Leaving().IsMatch(SourceTree.Read(path)))];
        Assert.True(found.Length == 0, $"drop ConfigureAwait: {string.Join(", ", found)}");
    }

    private static IEnumerable<string> Misnamed(string text) => Fields().Matches(text)
        .Select(static field => (Type: field.Groups[1].Value, Name: field.Groups[2].Value))
        .SelectMany(static field => s_names
            .Where(rule => rule.Type.IsMatch(field.Type) && !rule.Name.IsMatch(field.Name))
            .Select(rule => $"{field.Name} should be {rule.Wanted}"));

    [GeneratedRegex(@"^\s*private (?:static )?(?:readonly )?([A-Za-z<>]+)\?? ([a-z]*_[A-Za-z0-9]+)(?: = [^;]*)?;", RegexOptions.Multiline)]
    private static partial Regex Fields();

    [GeneratedRegex("^(TimeProvider|HeldClock)$")]
    private static partial Regex Clocks();

    [GeneratedRegex("^ILogger(<[A-Za-z]+>)?$")]
    private static partial Regex Loggers();

    [GeneratedRegex("^(Lock|object)$")]
    private static partial Regex Locks();

    [GeneratedRegex("^_time$")]
    private static partial Regex Time();

    [GeneratedRegex("^(_logger|_[a-z][A-Za-z]*Logger)$")]
    private static partial Regex Logger();

    [GeneratedRegex("^(_gate|s_gate|_[a-z][A-Za-z]*Gate)$")]
    private static partial Regex Gate();

    [GeneratedRegex(@"\.ConfigureAwait\(\s*(continueOnCapturedContext:\s*)?false")]
    private static partial Regex Leaving();
}
