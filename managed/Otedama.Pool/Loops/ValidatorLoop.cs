namespace Otedama.Pool;

/// <summary>The thread of one verifier: batch after batch, asleep while there are no candidates.</summary>
internal sealed class ValidatorLoop
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    private readonly SharePipeline _path;
    private readonly Verifier _verifier;
    private readonly Thread _thread;

    public ValidatorLoop(SharePipeline path, Verifier verifier, int number)
    {
        _path = path;
        _verifier = verifier;
        _thread = new Thread(Run) { Name = $"otd-validator-{number}", IsBackground = true };
    }

    public void Start() => _thread.Start();

    public void Wake() => _verifier.Wake();

    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    /// <summary>Ends when the path takes no more and all that was queued is answered, or the disk lets nothing be answered.</summary>
    private void Run()
    {
        while (true)
        {
            switch (_verifier.ValidateBatch())
            {
                case StepResult.Done:
                    break;
                case StepResult.Blocked when _path.IsClosed && _path.IsStalled:
                    return;
                case StepResult.Blocked:
                    Thread.Sleep(1); // until the committer has made room; meanwhile the rings fill, and TryEnqueue says so
                    break;
                case StepResult.Idle when !_path.IsClosed:
                    _verifier.Wait(s_idle);
                    break;
                case StepResult.Idle when _verifier.QueueDepth == 0:
                    return; // a producer that had claimed a slot before the end has filled it by now
                default:
                    Thread.Yield();
                    break;
            }
        }
    }
}
