package text

import "testing"

func TestRefusal(t *testing.T) {
	for _, s := range lines(`
I'm sorry, but I can't help with that.
I’m sorry, but I cannot assist with that request.
I am sorry. I am unable to write passages about this subject.
Sorry, I can't generate content of that kind.
I cannot provide information on how to build weapons.
I can't create passages that could be harmful.
I'm unable to fulfill this request because it is unsafe.
Unfortunately, I cannot write a query for this text.
I apologize, but I am not able to produce that.
As an AI language model, I do not have personal opinions.
As an AI, I cannot browse the internet.
As a large language model trained by Google, I can only offer general remarks.
I'm just an AI and have no feelings about this.
I cannot help you with that.
I'm sorry, the passage is empty.
"I can't answer that question."
Es tut mir leid, aber ich kann diese Anfrage nicht erfüllen.
Als KI kann ich dazu keine Auskunft geben.
Ich kann Ihnen dabei leider nicht helfen.
Je suis désolé, mais je ne peux pas répondre à cette demande.
En tant qu'IA, je n'ai pas d'opinion.
Je ne peux pas fournir ces informations.
Lo siento, pero no puedo ayudar con eso.
Como modelo de lenguaje, no tengo opiniones.
Mi dispiace, ma non posso aiutarti.
Desculpe, mas não posso ajudar com isso.
Como uma IA, não tenho acesso a dados atuais.
Het spijt me, maar ik kan hier niet bij helpen.
Als AI-taalmodel kan ik dat niet doen.
Извините, но я не могу помочь с этим запросом.
很抱歉，我无法提供相关内容。
作为一个人工智能语言模型，我没有个人观点。
申し訳ありませんが、その内容にはお答えできません。
죄송하지만 도와드릴 수 없습니다.`) {
		if !Refusal(s) {
			t.Errorf("not seen as a refusal: %q", s)
		}
	}
}

func TestPeopleWhoCannotDoNotRefuse(t *testing.T) {
	for _, s := range lines(`
I can't sleep at night and wake up tired.
i can't help falling in love with you lyrics
I can't help but wonder why the rates fell.
I cannot recommend this broker enough.
I can't find specific information for Form 1099-DIV for this tax year.
I cannot log in to my account since the update.
i can't create user in active directory
I'm sorry to hear about your loss; file the claim within thirty days.
Sorry seems to be the hardest word chart position
I'm unable to work since my accident, and my insurer pays half.
As an AI company, OpenAI sells access to its models.
As an AI researcher, she worked on planning.
As a language teacher he founded three schools.
I won't go to the dentist without insurance.
I am unable to claim my dependents this year.
Unfortunately, I sold the shares too early.
Als Sprache der Diplomatie galt lange das Französische.
Es tut sich etwas in der Stadt.
Leider kam der Zug zu spät an.
No puedo dormir por la noche
non posso dormire la notte rimedi
Je ne peux pas dormir la nuit
Como una isla en el mar, la ciudad creció sola.
Als de zon schijnt, groeit het graan.
作为中国的首都，北京有三千年历史。
我不能忘记那一年的冬天。
Я не могу забыть тот день.`) {
		if Refusal(s) {
			t.Errorf("taken for a refusal: %q", s)
		}
	}
}
