using System.Diagnostics;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Labs;

/// <summary>A script beside the tests that needs a network of its own, and programs of other people.</summary>
internal static class Lab
{
    private const int Skipped = 77;

    /// <summary>
    /// What it prints on success. Skips with its reason where the machine cannot do it, fails with its words otherwise.
    /// </summary>
    public static async Task<string> RunAsync(string script, params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "network namespaces are Linux's");
        string path = Path.Combine(Repository.Root, "tests", "Otedama.Tests", "Labs", script);
        using Process lab = Process.Start(new ProcessStartInfo("/bin/bash", [path, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> said = lab.StandardError.ReadToEndAsync();
        string answer = await lab.StandardOutput.ReadToEndAsync();
        await lab.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.SkipWhen(lab.ExitCode == Skipped, answer.Trim());
        Assert.True(lab.ExitCode == 0, $"{answer}\n{await said}");
        return answer.Trim();
    }
}
