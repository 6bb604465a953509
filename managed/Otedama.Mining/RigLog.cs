using Microsoft.Extensions.Logging;

namespace Otedama.Mining;

/// <summary>Every log line of the rig.</summary>
internal static partial class RigLog
{
    [LoggerMessage(Level = LogLevel.Information, EventName = "rig_report",
        Message = "{Line}")]
    public static partial void Report(ILogger log, string line);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pause_changed",
        Message = "{Change}")]
    public static partial void PauseChanged(ILogger log, string change);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "earns_nothing",
        Message = "{Reason}")]
    public static partial void EarnsNothing(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "workers_joined",
        Message = "{Kind} workers: {Count} on {Device}, flavour {Flavour}")]
    public static partial void Joined(ILogger log, string kind, int count, string device, string flavour);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "worker_left",
        Message = "Worker {Worker} has left: its {Kind} device is gone")]
    public static partial void Left(ILogger log, string worker, string kind);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "devices_not_read",
        Message = "Cannot look for {Kind} devices: {Reason}")]
    public static partial void LookFailed(ILogger log, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "worker_not_made",
        Message = "No worker for {Kind} device {Device}: {Reason}")]
    public static partial void NotMade(ILogger log, string kind, string device, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "worker_pausing",
        Message = "Worker {Worker}: its {Kind} device is tried again in {Seconds:F0} s (loss {Losses} in a row)")]
    public static partial void LostPause(ILogger log, string worker, string kind, double seconds, int losses);

    [LoggerMessage(Level = LogLevel.Error, EventName = "worker_stays_off",
        Message = "Worker {Worker} {Why}")]
    public static partial void StaysOff(ILogger log, string worker, string why);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "card_trouble",
        Message = "Graphics card {Card} ({Name}) is {Trouble}")]
    public static partial void CardTrouble(ILogger log, string card, string name, string trouble);

    [LoggerMessage(Level = LogLevel.Information, EventName = "card_well",
        Message = "Graphics card {Card} ({Name}) is well again")]
    public static partial void CardWell(ILogger log, string card, string name);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "cards_silent",
        Message = "Graphics card {Card} ({Name}) has told nothing of itself for {Seconds:F0} s: its driver hangs. "
            + "Mining goes on without its temperature")]
    public static partial void CardsSilent(ILogger log, string card, string name, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "cards_speak",
        Message = "The graphics cards tell of themselves again")]
    public static partial void CardsSpeak(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "card_not_locked",
        Message = "Graphics card {Card} is not locked: {Folders} cannot be written. Nothing keeps a second program off it")]
    public static partial void CardNotLocked(ILogger log, string card, string folders);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pool_connected",
        Message = "connected to {Pool} as {User}")]
    public static partial void Connected(ILogger log, string pool, string user);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "pool_failed",
        Message = "Pool {Pool}: {Reason} (failure {Failures}); next attempt in {Seconds:F1} s")]
    public static partial void Failed(ILogger log, string pool, string reason, int failures, double seconds);

    [LoggerMessage(Level = LogLevel.Error, EventName = "pool_unfit",
        Message = "Pool {Pool}: {Reason} (failure {Failures}); next attempt in {Seconds:F1} s")]
    public static partial void Unfit(ILogger log, string pool, string reason, int failures, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "pool_left",
        Message = "Leaving pool {Pool} for {Next}")]
    public static partial void FailOver(ILogger log, string pool, string next);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pool_returned",
        Message = "Pool {Pool} is back, leaving {Previous}")]
    public static partial void Returned(ILogger log, string pool, string previous);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "pool_still_away",
        Message = "Pool {Pool} is still away: {Reason}")]
    public static partial void StillAway(ILogger log, string pool, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pool_moving",
        Message = "Pool {Pool} asks us to reconnect to {Target} in {Seconds:F0} s")]
    public static partial void Moving(ILogger log, string pool, string target, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "reconnect_refused",
        Message = "Pool {Pool} asks us to reconnect to {Host}, not a host of its own: ignored; mining.redirect_hosts can allow it")]
    public static partial void ReconnectRefused(ILogger log, string pool, string host);

    [LoggerMessage(Level = LogLevel.Information, EventName = "pool_message",
        Message = "Pool {Pool} says: {Text}")]
    public static partial void PoolSays(ILogger log, string pool, string text);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "pool_request_ignored",
        Message = "Pool {Pool}: {What} ignored: {Why}")]
    public static partial void Ignored(ILogger log, string pool, string what, string why);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "job_received",
        Message = "Job {Job:x8} (pool's {WireId}) at height {Height}, clean {Clean}")]
    public static partial void NewJob(ILogger log, uint job, string wireId, int height, bool clean);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "pool_silent",
        Message = "Nothing heard for {Seconds:F0} s, asking whether the pool is alive")]
    public static partial void Silent(ILogger log, double seconds);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "share_accepted",
        Message = "Pool {Pool} accepted a share of worker {Worker} after {Milliseconds:F0} ms")]
    public static partial void ShareAccepted(ILogger log, string pool, int worker, double milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "share_refused",
        Message = "Pool {Pool} refused a share: {Reason}")]
    public static partial void ShareRefused(ILogger log, string pool, string reason);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "shares_refused",
        Message = "Pool {Pool} refused {Unsaid} more shares that are not shown")]
    public static partial void MoreRefused(ILogger log, string pool, long unsaid);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "job_unusable",
        Message = "Pool {Pool} sends a job that cannot be used: {Problem}")]
    public static partial void UnusableJob(ILogger log, string pool, string problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "space_exhausted",
        Message = "Job {Job:x8} is searched through: {Bytes} bytes of extranonce 2 are used up, waiting for the next job")]
    public static partial void SpaceExhausted(ILogger log, uint job, int bytes);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "worker_started",
        Message = "Worker {Worker} started on {Device}, flavour {Flavour}")]
    public static partial void WorkerStarted(ILogger log, string worker, string device, string flavour);

    [LoggerMessage(Level = LogLevel.Information, EventName = "gpu_geometry_chosen",
        Message = "{Worker}: {Flavour} is fastest for {Algorithm} and is kept; measured while mining: {Rates}")]
    public static partial void GeometryChosen(ILogger log, string worker, string flavour, string algorithm,
        string rates);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "gpu_geometry_refused",
        Message = "{Worker}: {Flavour} does not run here and is left out: {Reason}")]
    public static partial void GeometryRefused(ILogger log, string worker, string flavour, string reason);

    [LoggerMessage(Level = LogLevel.Information, EventName = "gpu_without_dataset",
        Message = "{Worker} was {Seconds:F1} s without hashes, until the dataset of epoch {Epoch} was made")]
    public static partial void WithoutDataset(ILogger log, string worker, double seconds, uint epoch);

    [LoggerMessage(Level = LogLevel.Error, EventName = "worker_failed",
        Message = "Worker {Worker} failed: {Reason}; restart in {Seconds:F0} s")]
    public static partial void WorkerFailed(ILogger log, string worker, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Error, EventName = "worker_lost",
        Message = "Worker {Worker} has lost its device: {Reason}")]
    public static partial void WorkerLost(ILogger log, string worker, string reason);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "rig_step_failed",
        Message = "A step of worker {Worker} failed")]
    public static partial void StepFailed(ILogger log, int worker, Exception problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "worker_tuning",
        Message = "Worker {Worker}: {What} was refused: {Reason}; it runs without")]
    public static partial void WorkerTuning(ILogger log, string worker, string what, string reason);

    [LoggerMessage(Level = LogLevel.Error, EventName = "worker_hangs",
        Message = "Worker {Worker} did not stop within {Seconds:F0} s")]
    public static partial void WorkerHangs(ILogger log, string worker, double seconds);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "client_broken",
        Message = "The pool client stopped; no pool will be tried again")]
    public static partial void ClientBroken(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, EventName = "asic_chain",
        Message = "{Worker}: {Line}")]
    public static partial void AsicChain(ILogger log, string worker, string line);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "asic_note",
        Message = "{Worker}: {Note}")]
    public static partial void AsicNote(ILogger log, string worker, string note);

    [LoggerMessage(Level = LogLevel.Error, EventName = "asic_refused",
        Message = "{Problem}")]
    public static partial void AsicProblem(ILogger log, string problem);
}
