using Xunit;

namespace Otedama.Tests.Published;

/// <summary>The program as it is shipped. Its tests run after it was published; elsewhere they are skipped.</summary>
internal static class PublishedProgram
{
    private const string Variable = "OTEDAMA_TEST_PROGRAM";

    public static string PathOrSkip()
    {
        string path = Environment.GetEnvironmentVariable(Variable) ?? "";
        Assert.SkipWhen(path.Length == 0, $"{Variable} names no published program; ./build.sh test does after publishing");
        return path;
    }
}
