const result = document.getElementById("result");

async function json(response) {
	if (!response.ok) {
		throw new Error(`the application answers ${response.status}`);
	}
	return response.json();
}

document.getElementById("start").addEventListener("click", async () => {
	try {
		const accepted = await fetch("configurations", { method: "POST", headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ displayName: "sample" }) });
		const { id } = await json(accepted);
		result.textContent = `The server has accepted operation ${id}.`;
		const ended = await json(await fetch(`operations/${encodeURIComponent(id)}?wait=60s`));
		result.textContent = `Operation ${id}: ${ended.status}.`;
	}
	catch (error) {
		result.textContent = `This failed: ${error.message}.`;
	}
});
