namespace Otedama.Pool;

/// <summary>Takes the answers back to the sessions.</summary>
public interface IVerdictSink
{
    /// <summary>
    /// Called by one thread of the pipeline, in the order in which each session's candidates were enqueued. Must not
    /// wait: other sessions' answers are behind it. The span is valid during the call only.
    /// </summary>
    void OnVerdicts(ReadOnlySpan<Verdict> verdicts);
}
