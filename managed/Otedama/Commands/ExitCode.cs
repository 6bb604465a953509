namespace Otedama;

/// <summary>What a verb's exit code means; the same for every verb and part of the interface.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int BadAnswer = 1;
    public const int Usage = 2;
    public const int Configuration = 3;
    public const int Unsupported = 4;
    public const int Unreachable = 5;
    public const int SelfTest = 6;
    public const int Permission = 77;
    public const int Interrupted = 130;

    public static readonly (int Code, string Meaning)[] Meanings =
    [
        (Done, "done; also after SIGTERM or the first Ctrl-C of a running instance"),
        (BadAnswer, "ran, the answer is bad"),
        (Usage, "usage"),
        (Configuration, "configuration"),
        (Unsupported, "no usable device or driver, or not in this version"),
        (Unreachable, "node, pool, instance, device or port not reachable"),
        (SelfTest, "self-test failed"),
        (Permission, "other users can read or write secret files"),
        (Interrupted, "interrupted"),
    ];
}
